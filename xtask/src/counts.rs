//! How many tests ran, as the runners say.

use serde_json::Value;

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

    /// Takes in one line of cargo or wasm-bindgen-test: `test result: ok. 3 passed; 0 failed; ...`. Their output in JSON is
    /// for the nightly toolchain only, so the line for people it is.
    pub fn read(&mut self, line: &str) {
        for part in line.trim().strip_prefix("test result:").unwrap_or_default().split(['.', ';']) {
            match part.split_whitespace().collect::<Vec<_>>().as_slice() {
                [number, "passed"] => self.passed += number.parse().unwrap_or(0),
                [number, "failed"] => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }

    /// What Playwright's JSON reporter wrote.
    pub fn of_playwright(report: &Value) -> Self {
        let stat = |name: &str| report["stats"][name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        // A test that passes only when repeated has failed once: Playwright calls it flaky.
        Self { passed: stat("expected"), failed: stat("unexpected") + stat("flaky") }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn reads_cargo_and_wasm_bindgen_test() {
        let output = "running 3 tests\ntest a ... ok\n\
            test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: \u{1b}[32mok\u{1b}[0m. 4 passed; 0 failed; 0 ignored; 0 filtered out; finished in 1.70s\n";
        let mut counts = Counts::default();
        output.lines().for_each(|line| counts.read(line));
        assert_eq!(counts, Counts { passed: 6, failed: 1 });
    }

    #[test]
    fn reads_playwright() {
        let report = serde_json::json!({ "stats": { "expected": 5, "unexpected": 2, "flaky": 1, "skipped": 3 } });
        assert_eq!(Counts::of_playwright(&report), Counts { passed: 5, failed: 3 });
        assert_eq!(Counts::of_playwright(&serde_json::Value::Null), Counts::default());
    }
}
