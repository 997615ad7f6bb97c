//! The report of a dry run in the background: a file of lines, and an index that finds those of
//! a kind without reading the others.

use super::Would;
use super::found::{Found, counted_as};
use crate::domain::entity::Entity;
use crate::domain::ids::FieldId;
use crate::domain::judge::Finding;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Writes a finding as one line, without the line's end.
pub type Format = fn(&Entity, &Found) -> io::Result<Vec<u8>>;

/// What would become of a difference, and by which rule or for which reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Becomes {
    /// A person would decide it, because of this finding.
    Review {
        why: String,
    },
    /// This rule would settle it.
    Settle {
        rule: String,
    },
    LeaveDifferent,
}

/// Differences of one field of which the same would become.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    pub field: FieldId,
    pub becomes: Becomes,
}

impl Kind {
    fn of(found: &Found) -> Self {
        let dispute = &found.dispute;
        let becomes = match found.would {
            Would::Review => Becomes::Review { why: why(&dispute.findings) },
            Would::Settle { .. } => Becomes::Settle { rule: dispute.policy.rule.as_str().to_owned() },
            Would::LeaveDifferent => Becomes::LeaveDifferent,
        };
        Self { field: counted_as(&dispute.field), becomes }
    }
}

/// The name of the finding that brings a difference before a person: the first that stops a rule,
/// or else the first there is.
#[must_use]
pub fn why(findings: &[Finding]) -> String {
    let stops = |finding: &&Finding| {
        !matches!(
            finding,
            Finding::RuleChooses { .. }
                | Finding::RuleMakes { .. }
                | Finding::Trust { .. }
                | Finding::Unreadable { .. }
                | Finding::Invalid { system: Some(_), .. }
        )
    };
    let first = findings.iter().find(stops).or(findings.first());
    match first.and_then(|finding| serde_json::to_value(finding).ok()) {
        Some(serde_json::Value::String(name)) => name,
        Some(serde_json::Value::Object(object)) => object.keys().next().cloned().unwrap_or_default(),
        _ => "other".to_owned(),
    }
}

/// Where each line of a report begins and of which kind it is: sixteen bytes of memory a line.
#[derive(Debug, Default)]
pub struct Index {
    lines: Vec<(u64, u32)>,
    /// Every kind with how many there are, those that the report no longer holds among them.
    kinds: Vec<(Kind, u64)>,
    /// Where each kind stands among them.
    known: BTreeMap<Kind, u32>,
    /// The report became too large and holds the first ones only.
    pub cut: bool,
}

impl Index {
    /// Each kind with how many differences are of it.
    #[must_use]
    pub fn kinds(&self) -> &[(Kind, u64)] {
        &self.kinds
    }

    /// How many lines the report holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Where the lines of the wanted kinds begin.
    #[must_use]
    pub fn places(&self, wanted: impl Fn(&Kind) -> bool) -> Vec<u64> {
        let wanted: Vec<bool> = self.kinds.iter().map(|(kind, _)| wanted(kind)).collect();
        let lines = self
            .lines
            .iter()
            .filter(|(_, kind)| usize::try_from(*kind).is_ok_and(|kind| wanted.get(kind) == Some(&true)));
        lines.map(|(place, _)| *place).collect()
    }

    fn count(&mut self, kind: Kind) -> io::Result<u32> {
        let at = match self.known.get(&kind) {
            Some(at) => *at,
            None => {
                let at = u32::try_from(self.kinds.len()).map_err(io::Error::other)?;
                self.known.insert(kind.clone(), at);
                self.kinds.push((kind, 0));
                at
            }
        };
        if let Some((_, count)) = usize::try_from(at).ok().and_then(|at| self.kinds.get_mut(at)) {
            *count += 1;
        }
        Ok(at)
    }
}

/// A report under way. Dropped before it is finished, it leaves no file.
pub(super) struct Writer {
    file: BufWriter<File>,
    path: PathBuf,
    format: Format,
    written: u64,
    /// Most lines, most bytes.
    limit: (usize, u64),
    index: Index,
    finished: bool,
}

impl Writer {
    pub fn create(path: &Path, format: Format, limit: (usize, u64)) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let (file, path, index) = (BufWriter::new(file), path.to_owned(), Index::default());
        Ok(Self { file, path, format, written: 0, limit, index, finished: false })
    }

    pub fn take(&mut self, entity: &Entity, found: &Found) -> io::Result<()> {
        let kind = self.index.count(Kind::of(found))?;
        if self.index.cut {
            return Ok(());
        }
        let mut line = (self.format)(entity, found)?;
        line.push(b'\n');
        let length = line.len() as u64;
        if self.index.lines.len() >= self.limit.0 || self.written + length > self.limit.1 {
            self.index.cut = true;
            return Ok(());
        }
        self.file.write_all(&line)?;
        self.index.lines.push((self.written, kind));
        self.written += length;
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<Index> {
        self.file.flush()?;
        self.finished = true;
        Ok(std::mem::take(&mut self.index))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.finished {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The lines that begin at these places.
pub(super) fn lines(path: &Path, places: &[u64]) -> io::Result<Vec<String>> {
    let mut file = BufReader::new(File::open(path)?);
    let mut lines = Vec::with_capacity(places.len());
    for place in places {
        file.seek(SeekFrom::Start(*place))?;
        let mut line = String::new();
        file.read_line(&mut line)?;
        lines.push(line);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_of_more_kinds_than_sixteen_bits_count_finds_each() {
        let mut index = Index::default();
        for n in 0..70_000_u64 {
            let kind = Kind { field: format!("f{n}").as_str().into(), becomes: Becomes::LeaveDifferent };
            let at = index.count(kind).unwrap();
            index.lines.push((n, at));
        }
        assert_eq!(index.places(|kind| kind.field.as_str() == "f69999"), [69_999]);
        assert_eq!(index.places(|kind| kind.field.as_str() == "f4463"), [4_463]);
    }
}
