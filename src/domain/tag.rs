//! Tags: the short words by which people sort conflicts.

/// Characters of a tag.
pub const LONGEST: usize = 30;
/// Tags of one conflict.
pub const MOST: usize = 20;

/// The one form of a tag: lower case, single spaces, 1 to [`LONGEST`] characters; None for what is
/// none. A comma parts tags in forms, so no tag has one.
#[must_use]
pub fn form(text: &str) -> Option<String> {
    let tag = text.trim().trim_start_matches('#').to_lowercase();
    let tag = tag.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=LONGEST).contains(&tag.chars().count());
    (fits && !tag.contains(|c: char| c.is_control() || c == ',')).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_one_form() {
        assert_eq!(form("  Ask  the\tCustomer ").as_deref(), Some("ask the customer"));
        assert_eq!(form("#VIP").as_deref(), Some("vip"));
        assert_eq!(form(&"ä".repeat(LONGEST)).as_deref(), Some(&*"ä".repeat(LONGEST)));
        assert_eq!(form("İstanbul").map(|tag| tag.chars().count()), Some(9));
        for none in ["", " # ", "a,b", "a\0b", &"a".repeat(LONGEST + 1)] {
            assert_eq!(form(none), None, "{none:?}");
        }
    }
}
