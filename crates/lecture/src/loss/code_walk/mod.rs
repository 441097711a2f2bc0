//! The model's own source, included when this crate is built, coupled line by line to the formulas that it computes (figure
//! `code-walk`). Text only: nothing here runs the model.

mod couplings;

use serde::Serialize;

use couplings::COUPLINGS;

/// A file of the model as it was compiled, and its name.
const FILES: [(&str, &str); 4] = [
    ("encoder", include_str!("../../../../model/src/encoder.rs")),
    ("decoder", include_str!("../../../../model/src/decoder.rs")),
    ("likelihood", include_str!("../../../../model/src/likelihood.rs")),
    ("variational_autoencoder", include_str!("../../../../model/src/variational_autoencoder.rs")),
];

/// One file of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceFile {
    /// Without folder and extension.
    pub name: &'static str,
    /// In the repository.
    pub path: String,
    /// Its lines, without the unit tests at its end.
    pub lines: Vec<&'static str>,
}

/// A formula with the places of its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CoupledFormula {
    /// Name of the file.
    pub file: &'static str,
    /// In LaTeX with the page's macros.
    pub latex: &'static str,
    /// What the lines do, in a few words.
    pub words: &'static str,
    /// Line numbers, from 1.
    pub lines: Vec<usize>,
    /// Lines that should be there and are not.
    pub missing: Vec<&'static str>,
}

/// The files of the model, in the order in which data passes through them.
pub fn sources() -> Vec<SourceFile> {
    FILES
        .iter()
        .map(|(name, text)| SourceFile {
            name,
            path: format!("crates/model/src/{name}.rs"),
            lines: text.lines().take_while(|line| *line != "#[cfg(test)]").collect(),
        })
        .collect()
}

/// Every formula of the walk with its lines looked up in the source.
pub fn formulas() -> Vec<CoupledFormula> {
    coupled(&sources())
}

fn coupled(sources: &[SourceFile]) -> Vec<CoupledFormula> {
    COUPLINGS
        .iter()
        .map(|coupling| {
            let text = sources.iter().find(|source| source.name == coupling.file);
            let place = |wanted: &&str| -> Option<usize> {
                let mut found = text?.lines.iter().enumerate().filter(|(_, line)| line.trim() == *wanted);
                let (index, _) = found.next()?;
                // A line that stands there twice would not say which of the two is meant.
                found.next().is_none().then_some(index + 1)
            };
            CoupledFormula {
                file: coupling.file,
                latex: coupling.latex,
                words: coupling.words,
                lines: coupling.lines.iter().filter_map(place).collect(),
                missing: coupling.lines.iter().copied().filter(|line| place(line).is_none()).collect(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coupled_line_is_in_the_source_exactly_once() {
        for formula in formulas() {
            assert!(
                formula.missing.is_empty(),
                "crates/model/src/{}.rs no longer has these lines (or has them twice): {:#?}\nCorrect crates/lecture/src/loss/code_walk/couplings.rs.",
                formula.file,
                formula.missing
            );
            assert!(!formula.lines.is_empty(), "{}", formula.words);
        }
    }

    #[test]
    fn a_line_that_is_gone_or_stands_twice_is_missed() {
        for formula in formulas() {
            let index = formula.lines[0] - 1;
            let spoilt = |spoil: fn(&mut Vec<&'static str>, usize)| {
                let mut sources = sources();
                let source = sources.iter_mut().find(|source| source.name == formula.file).unwrap();
                spoil(&mut source.lines, index);
                coupled(&sources).iter().map(|formula| formula.missing.len()).sum::<usize>()
            };
            assert_eq!(spoilt(|lines, index| drop(lines.drain(index..=index))), 1, "{}", formula.words);
            assert_eq!(spoilt(|lines, index| lines.push(lines[index])), 1, "{}", formula.words);
            assert_eq!(spoilt(|lines, index| lines[index] = "let changed = ();"), 1, "{}", formula.words);
        }
    }

    #[test]
    fn no_line_belongs_to_two_formulas() {
        let mut places: Vec<(&str, usize)> =
            formulas().iter().flat_map(|formula| formula.lines.iter().map(|line| (formula.file, *line))).collect();
        let count = places.len();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), count);
    }

    #[test]
    fn every_file_has_a_formula() {
        let formulas = formulas();
        for source in sources() {
            assert!(source.lines.len() > 10, "{}", source.path);
            assert!(formulas.iter().any(|formula| formula.file == source.name), "{}", source.path);
        }
    }
}
