//! The words a record is found by, and those of a search: lower case, cut at everything that is
//! neither letter nor digit.

/// Longest word that is kept, in characters.
const LONGEST: usize = 40;
/// Most words of one record.
const MOST: usize = 200;

/// The words of a record's identifiers and values; a short text is kept whole as well, so that
/// `c-1` is found as it stands.
pub fn indexed<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    // The systems mostly say the same: each text counts once.
    let mut texts: Vec<&str> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    let mut words = Vec::with_capacity(4 * texts.len());
    for text in texts {
        let text = text.to_lowercase();
        words.extend(parts(&text));
        if text.chars().count() <= LONGEST {
            let whole = text.trim();
            words.push(if whole.len() == text.len() { text } else { whole.to_owned() });
        }
    }
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    words.truncate(MOST);
    words
}

fn parts(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().nth(1).is_some());
    parts.map(|part| match part.char_indices().nth(LONGEST) {
        Some((end, _)) => part[..end].to_owned(),
        None => part.to_owned(),
    })
}

/// What somebody looks for: each word is the beginning of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// The whole text, if it is short enough to have been kept whole.
    pub whole: Option<String>,
    pub parts: Vec<String>,
    /// One word as people type it (`WH-1`): where it is found whole, its parts are not sought.
    pub identifier: bool,
}

impl Sought {
    /// The words of a search text; at most six count.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let parts = parts(&text).take(6).collect();
        let identifier = !text.contains(char::is_whitespace);
        let whole = Some(text).filter(|text| !text.is_empty() && text.chars().count() <= LONGEST);
        Self { whole, parts, identifier }
    }

    /// Nothing is sought.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.whole.is_none() && self.parts.is_empty()
    }

    /// Whether this text alone would be found.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        let words = indexed(std::iter::once(text));
        let begins = |part: &String| words.iter().any(|word| word.starts_with(part.as_str()));
        self.whole.as_ref().is_some_and(begins) || (!self.parts.is_empty() && self.parts.iter().all(begins))
    }

    /// Whether this text has any of the words.
    #[must_use]
    pub fn touches(&self, text: &str) -> bool {
        let words = indexed(std::iter::once(text));
        self.whole
            .iter()
            .chain(&self.parts)
            .any(|part| words.iter().any(|word| word.starts_with(part.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_case_and_short_texts_stay_whole() {
        assert_eq!(indexed(["Ada Okafor"].into_iter()), ["ada", "ada okafor", "okafor"]);
        assert_eq!(indexed(["C-1"].into_iter()), ["c-1"], "single letters are no words");
    }

    #[test]
    fn a_search_meets_beginnings_and_identifiers_as_they_stand() {
        assert!(Sought::of(" okaf ").is_in("Ada Okafor"));
        assert!(Sought::of("ada okafor").is_in("Ada Okafor"));
        assert!(Sought::of("C-1").is_in("C-1"));
        assert!(!Sought::of("ada lindqvist").is_in("Ada Okafor"));
        assert!(Sought::of("").is_empty() && !Sought::of("").is_in("Ada"));
    }
}
