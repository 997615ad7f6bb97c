//! The order of names of people, tags and views: letter case and accents do not count, unless nothing
//! else tells two names apart.
//!
//! It is one order for all languages, not the collation of one: `Ä` stands with `A`, `Ø` with `O`, and
//! other scripts follow by their letters.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What a name is sorted by first.
#[must_use]
pub fn key(name: &str) -> String {
    let plain = name.trim().nfkd().filter(|c| !is_combining_mark(*c));
    let mut key = String::with_capacity(name.len());
    for c in plain.flat_map(char::to_lowercase) {
        match c {
            'ß' => key.push_str("ss"),
            'æ' => key.push_str("ae"),
            'œ' => key.push_str("oe"),
            'þ' => key.push_str("th"),
            'ø' => key.push('o'),
            'đ' | 'ð' => key.push('d'),
            'ł' => key.push('l'),
            'ı' => key.push('i'),
            'ς' => key.push('σ'),
            // A mark that lowering split off.
            c if is_combining_mark(c) => {}
            c => key.push(c),
        }
    }
    key
}

/// Sorts by a name; what has the same one stays in its order.
pub fn by_name<T>(all: &mut [T], name: impl Fn(&T) -> &str) {
    all.sort_by_cached_key(|one| (key(name(one)), name(one).to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_do_not_count() {
        let mut names = ["Zoë", "ana", "Émile", "Ångström", "Özil", "Ozan", "bo", "Straße", "Strasse", "Ana"];
        by_name(&mut names, |name| name);
        let sorted = ["Ana", "ana", "Ångström", "bo", "Émile", "Ozan", "Özil", "Strasse", "Straße", "Zoë"];
        assert_eq!(names, sorted);
    }

    #[test]
    fn other_letters_have_their_place() {
        let mut names = ["Łukasz", "Lena", "Ødegaard", "Olga", "İpek", "Ivo", "Æthel", "Ægir", "Иван", "Ли"];
        by_name(&mut names, |name| name);
        let sorted = ["Ægir", "Æthel", "İpek", "Ivo", "Lena", "Łukasz", "Ødegaard", "Olga", "Иван", "Ли"];
        assert_eq!(names, sorted);
        assert_eq!(key(" Cafe\u{301} "), key("CAFÉ"), "composed or not");
    }

    #[test]
    fn what_is_named_alike_keeps_its_order() {
        let mut all = [("b", 1), ("a", 2), ("b", 3), ("a", 4)];
        by_name(&mut all, |one| one.0);
        assert_eq!(all, [("a", 2), ("a", 4), ("b", 1), ("b", 3)]);
    }
}
