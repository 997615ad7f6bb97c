//! Patterns an admin writes: regular expressions in linear time, of a bounded size.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::OnceLock;

/// Longest text of a pattern, in bytes.
const LONGEST: usize = 500;
/// Most memory of a compiled pattern, in bytes; `[0-9]{1,9}` takes some hundreds, a thousand
/// repeated letters of any alphabet more than this.
const LARGEST: usize = 256 * 1024;

/// A regular expression that a whole value matches. Compiled at its first use; matching takes a
/// time that grows with the value's length alone, whatever the pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub text: String,
    compiled: OnceLock<Result<Regex, String>>,
}

impl Pattern {
    /// The pattern of that text; what is wrong with it is told by [`Pattern::problem`].
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), compiled: OnceLock::new() }
    }

    /// Whether the whole text matches. A pattern that cannot be compiled lets nothing pass; the
    /// configuration does not take one.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.regex().as_ref().is_ok_and(|regex| regex.is_match(text))
    }

    /// What is wrong with it, in words that follow “its pattern”.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.regex().as_ref().err().cloned()
    }

    fn regex(&self) -> &Result<Regex, String> {
        self.compiled.get_or_init(|| compile(&self.text))
    }
}

fn compile(text: &str) -> Result<Regex, String> {
    if text.len() > LONGEST {
        return Err(format!("is longer than {LONGEST} characters: a list belongs in one_of"));
    }
    // Asked for alone first, so that a stray parenthesis cannot close the group around it.
    let build = |text: &str| RegexBuilder::new(text).size_limit(LARGEST).dfa_size_limit(LARGEST).build();
    build(text).and_then(|_| build(&format!(r"\A(?:{text})\z"))).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            "is too large once its repetitions are written out: ask for fewer, and use min_length and \
             max_length for lengths"
                .to_owned()
        }
        _ => format!("cannot be read ({}): check its brackets and repetitions", reason(&error)),
    })
}

/// The last line of the library's report, which says what is wrong without drawing it.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or("").trim();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::new(&text))
    }
}
