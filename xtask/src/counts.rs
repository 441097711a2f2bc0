//! How many tests ran, read from what the runners print.

/// Tests that passed and failed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed, timed out or were interrupted.
    pub failed: usize,
}

impl Counts {
    /// Adds another runner's tests.
    pub fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Takes in one line of output: `test result: ok. 3 passed; 0 failed; ...` (cargo and wasm-bindgen-test) or a line of
    /// Playwright's summary (`  3 passed (1.2s)`).
    pub fn read(&mut self, line: &str) {
        let line = without_colours(line);
        if let Some(summary) = line.trim().strip_prefix("test result:") {
            for part in summary.split(['.', ';']) {
                self.count(part);
            }
        } else if line.starts_with("  ") && !line.starts_with("   ") {
            self.count(line.split('(').next().unwrap_or_default());
        }
    }

    /// `3 passed`, `1 failed`; anything else counts nothing.
    fn count(&mut self, text: &str) {
        let mut words = text.split_whitespace();
        let (Some(Ok(number)), Some(what), None) = (words.next().map(str::parse::<usize>), words.next(), words.next())
        else {
            return;
        };
        match what {
            "passed" => self.passed += number,
            // A test that passes only when repeated has failed once: Playwright calls it flaky.
            "failed" | "flaky" | "interrupted" => self.failed += number,
            _ => {}
        }
    }
}

fn without_colours(line: &str) -> String {
    let mut text = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(|end| end.is_ascii_alphabetic());
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn counts(output: &str) -> (usize, usize) {
        let mut counts = Counts::default();
        output.lines().for_each(|line| counts.read(line));
        (counts.passed, counts.failed)
    }

    #[test]
    fn reads_cargo_and_wasm_bindgen_test() {
        let output = "running 3 tests\ntest a ... ok\n\
            test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: \u{1b}[32mok\u{1b}[0m. 4 passed; 0 failed; 0 ignored; 0 filtered out; finished in 1.70s\n";
        assert_eq!(counts(output), (6, 1));
    }

    #[test]
    fn reads_playwright() {
        let output = "Running 4 tests using 1 worker\n  \u{2713}  1 smoke.spec.ts:3:1 > 2 passed (3s)\n\n  1 failed\n    smoke.spec.ts:9:1 > b\n\
            \u{1b}[32m  2 passed\u{1b}[39m\u{1b}[2m (3.4s)\u{1b}[22m\n  1 flaky\n";
        assert_eq!(counts(output), (2, 2));
    }
}
