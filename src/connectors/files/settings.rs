//! Which folder it is, and how its files are to be read.

use super::format::{Csv, Format, Lines};
use crate::connectors::ConnectorError;
use encoding_rs::{Encoding, UTF_8};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A folder of files, each of them an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesSettings {
    pub folder: PathBuf,
    /// What is to be known of a file beside its name. A file that is not listed here is an object
    /// under its own name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub objects: BTreeMap<String, FileObject>,
    /// A file may still be being written: a pull waits until it has stayed the same for so many
    /// seconds, and gives up after 20. Zero: it waits for nothing.
    #[serde(default = "quiet_seconds")]
    pub quiet_seconds: u64,
}

/// One object of the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileObject {
    /// A name in the folder. With a `*` in it, the last of those that match, in the order of the
    /// bytes: `orders-*.csv` is the newest of a file a day.
    pub file: String,
    /// What the file is, where its ending does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<FileFormat>,
    /// What parts the values of a line: a comma, or a tab in a `.tsv`, unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// A label of the WHATWG Encoding Standard, such as `windows-1252`; UTF-8 unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What stands for null, such as `\N`. Without it a CSV knows no null: an empty value is an
    /// empty text, and a null is written as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub null: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    Csv,
    /// One JSON object a line.
    Jsonl,
}

fn quiet_seconds() -> u64 {
    5
}

impl FilesSettings {
    /// The object of that name.
    pub(super) fn object(&self, name: &str) -> FileObject {
        let plain = || FileObject { file: name.to_owned(), ..FileObject::default() };
        self.objects.get(name).cloned().unwrap_or_else(plain)
    }

    /// # Errors
    /// `Refused`, naming the object and what of it cannot be used.
    pub(super) fn check(&self) -> Result<(), ConnectorError> {
        for (name, object) in &self.objects {
            let wrong = |what: String| ConnectorError::Refused(format!("the object {name:?}: {what}"));
            if object.file.is_empty() {
                return Err(wrong("it names no file".to_owned()));
            }
            if let Some(delimiter) = object.delimiter.filter(|d| !is_delimiter(*d)) {
                return Err(wrong(format!("{delimiter:?} cannot be a delimiter")));
            }
            object.letters().map_err(wrong)?;
        }
        Ok(())
    }
}

fn is_delimiter(letter: char) -> bool {
    letter.is_ascii() && !letter.is_ascii_alphanumeric() && !['"', '\r', '\n'].contains(&letter)
}

impl FileObject {
    fn letters(&self) -> Result<&'static Encoding, String> {
        let Some(label) = &self.encoding else { return Ok(UTF_8) };
        let found = Encoding::for_label(label.as_bytes());
        let found = found.ok_or_else(|| format!("there is no encoding {label:?}"))?;
        match found.is_ascii_compatible() {
            true => Ok(found),
            false => Err(format!("{label} is not supported: save the file as UTF-8")),
        }
    }

    /// How a file of that name is read; none where its ending tells nothing.
    pub(super) fn format_of(&self, name: &str) -> Option<Box<dyn Format>> {
        let ending = Path::new(name).extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
        let format = self.format.or(match ending.as_str() {
            "csv" | "tsv" | "txt" => Some(FileFormat::Csv),
            "jsonl" | "ndjson" => Some(FileFormat::Jsonl),
            _ => None,
        })?;
        Some(match format {
            FileFormat::Jsonl => Box::new(Lines),
            FileFormat::Csv => {
                let usual = if ending == "tsv" { '\t' } else { ',' };
                let delimiter = self.delimiter.and_then(|d| u8::try_from(d).ok());
                let letters = self.letters().unwrap_or(UTF_8);
                let delimiter = delimiter.unwrap_or(u8::try_from(usual).unwrap_or(b','));
                Box::new(Csv { delimiter, letters, null: self.null.clone() })
            }
        })
    }
}
