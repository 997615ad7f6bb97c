//! One part of a column that holds several.

/// Part `index` of the text; a part that is not there is empty. `None` without a separator.
pub(super) fn read(text: &str, separator: &str, index: usize) -> Option<String> {
    if separator.is_empty() {
        return None;
    }
    Some(text.split(separator).nth(index).unwrap_or("").to_owned())
}

/// `before` with that part replaced, and nothing else; missing parts in front of it are empty.
pub(super) fn write(text: &str, before: &str, separator: &str, index: usize) -> Result<String, &'static str> {
    /// More parts than any column has: an index beyond it is a slip in the configuration.
    const MOST_PARTS: usize = 1_000;
    if separator.is_empty() || index >= MOST_PARTS {
        return Err("the column has no such part");
    }
    let mut parts: Vec<&str> = before.split(separator).collect();
    if parts.len() <= index {
        parts.resize(index + 1, "");
    }
    parts[index] = text;
    let written = parts.join(separator);
    if written.split(separator).eq(parts) {
        Ok(written)
    } else {
        Err("it holds the mark that separates the parts of the column")
    }
}
