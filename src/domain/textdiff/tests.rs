//! The difference as it is shown, and what holds for every pair of texts.

use super::*;
use proptest::prelude::*;

/// `[-was-]` and `{+now+}` around what is not the same.
fn drawn(was: &str, now: &str) -> String {
    let draw = |span: Span| match span.mark {
        Mark::Same => span.text,
        Mark::Was => format!("[-{}-]", span.text),
        Mark::Now => format!("{{+{}+}}", span.text),
    };
    words(was, now).into_iter().map(draw).collect()
}

#[test]
fn whole_words_first() {
    for (was, now, expected) in [
        ("", "", ""),
        ("Oak", "Oak", "Oak"),
        ("", "Oak", "{+Oak+}"),
        ("Oak", "", "[-Oak-]"),
        ("12 Oak Street", "12 Elm Street", "12 [-Oak-]{+Elm+} Street"),
        ("Oak Street 12", "Oak Street 12 b", "Oak Street 12{+ b+}"),
        ("big red dog", "big dog", "big [-red -]dog"),
        ("10", "2", "[-10-]{+2+}"),
        ("cold", "hot", "[-cold-]{+hot+}"),
        ("04/10/2024", "10/04/2024", "[-04/10-]{+10/04+}/2024"),
    ] {
        assert_eq!(drawn(was, now), expected, "{was:?} {now:?}");
    }
}

#[test]
fn words_that_all_changed_are_one_change() {
    assert_eq!(drawn("7 Oak Lane, Ulm", "9 Elm Road, Ulm"), "[-7 Oak Lane-]{+9 Elm Road+}, Ulm");
}

#[test]
fn inside_a_word_when_most_of_it_is_the_same() {
    for (was, now, expected) in [
        ("435 s. la cienega blv.", "435 s. la cienega blvd.", "435 s. la cienega blv{+d+}."),
        ("Hauptstrasse", "Hauptstraße", "Hauptstra[-ss-]{+ß+}e"),
        ("Meier", "Maier", "M[-e-]{+a+}ier"),
        ("+493055501234", "+493055507234", "+49305550[-1-]{+7+}234"),
        ("kitten", "sitting", "[-kitten-]{+sitting+}"),
        ("12345678", "12345687", "123456[-78-]{+87+}"),
        ("10115", "10117", "[-10115-]{+10117+}"),
        ("100", "1000", "[-100-]{+1000+}"),
        ("04.10.2024", "10.04.2024", "[-04.10.2024-]{+10.04.2024+}"),
        ("Meier Strasse", "Maier Straße", "M[-e-]{+a+}ier Stra[-ss-]{+ß+}e"),
        ("abcdefghij", "aXcdeXghXj", "[-abcdefghij-]{+aXcdeXghXj+}"),
    ] {
        assert_eq!(drawn(was, now), expected, "{was:?} {now:?}");
    }
}

#[test]
fn of_one_value_only_what_the_other_lacks() {
    let alone = |other: &str, value: &str| -> String {
        let draw = |span: Span| if span.mark == Mark::Now { format!("[{}]", span.text) } else { span.text };
        alone(other, value).into_iter().map(draw).collect()
    };
    for (other, value, expected) in [
        ("Berlin", "Berlin", "Berlin"),
        ("Elmstraße 4", "Lindenallee 12", "[Lindenallee 12]"),
        ("Berlin", "Berlin Mitte", "Berlin [Mitte]"),
        ("10115", "10117", "[10117]"),
        ("2022-08-12", "2022-12-08", "2022-[12-08]"),
        ("+46 70 555 0118", "+46 70 555 0181", "+46 70 555 [0181]"),
        ("Lindenalee", "Lindenallee", "Lindenal[l]ee"),
        // Capitals do not count while anything else differs.
        ("Havnegata 144, Bergen", "HAVNEGATA 144, OSLO", "HAVNEGATA 144, [OSLO]"),
        ("Hauptstraße 12", "HAUPTSTRAßE 21", "HAUPTSTRAßE [21]"),
        // They are what is marked where nothing else does.
        ("Berlin", "BERLIN", "B[ERLIN]"),
        ("Team plan", "team plan", "[t]eam plan"),
        // Written otherwise as a whole: the digits tell.
        ("+46705550118", "070-555 01 81", "[070-555 01 81]"),
        ("+4930 5550 1742", "0049/3055501472", "[00]49/3055501[47]2"),
        ("Enterprise", "Team", "[Team]"),
        ("", "Team", "[Team]"),
        ("Team", "", ""),
    ] {
        assert_eq!(alone(other, value), expected, "{other:?} {value:?}");
    }
}

#[test]
fn never_inside_a_grapheme() {
    assert_eq!(drawn("cafe", "cafe\u{301}"), "caf[-e-]{+e\u{301}+}");
    let (family, couple) = ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩");
    assert_eq!(drawn(family, couple), format!("[-{family}-]{{+{couple}+}}"));
    assert_eq!(drawn("🇩🇪", "🇩🇰"), "[-🇩🇪-]{+🇩🇰+}");
}

#[test]
fn other_scripts() {
    assert_eq!(drawn("東京都港区", "東京都北区"), "東京都[-港-]{+北+}区");
    assert_eq!(drawn("شارع الملك", "شارع الأمير"), "شارع [-الملك-]{+الأمير+}");
    assert_eq!(drawn("ISTANBUL", "İSTANBUL"), "[-I-]{+İ+}STANBUL");
}

#[test]
fn long_texts_are_one_change_and_bounded() {
    let (a, b) = ("a ".repeat(2_001), "b ".repeat(2_001));
    assert_eq!(words(&a, &b).len(), 2);
    assert_eq!(words(&a, &a), vec![Span { text: a.clone(), mark: Mark::Same }]);
    let letters = |seed: usize| -> String {
        let letter = |n: usize| char::from_u32(0x4e00 + u32::try_from((n * seed) % 7_919).unwrap_or(0));
        (1..=4_000).filter_map(letter).collect()
    };
    assert!(words(&letters(3), &letters(5)).len() > 1);
}

#[test]
fn odd_characters_have_a_place_a_name_and_a_sign() {
    let found = |text: &str| -> Vec<(usize, &str, char)> {
        odd_characters(text).into_iter().map(|odd| (odd.at, odd.name, odd.shown)).collect()
    };
    assert_eq!(found("Oak Street 12, Ulm"), []);
    assert_eq!(found("Žluťoučký kůň, 東京, Привет, Straße"), []);
    assert_eq!(found("Oak\u{a0}St\t1"), [(3, "no-break space", '⍽'), (7, "tab", '→')]);
    assert_eq!(found("a\u{200b}b"), [(1, "zero-width space", '·')]);
    assert_eq!(
        found("\u{202e}abc\u{202c}"),
        [(0, "right-to-left mark", '◂'), (6, "text direction mark", '◂')]
    );
    assert_eq!(
        found(" a  b "),
        [(0, "space at the start", '·'), (3, "repeated space", '·'), (5, "space at the end", '·')]
    );
    assert_eq!(found("  "), [(0, "space at the start", '·'), (1, "space at the start", '·')]);
    assert_eq!(found("Оak"), [(0, "Cyrillic letter", 'О')]);
    assert_eq!(found("Rοad Αθήνα"), [(1, "Greek letter", 'ο')]);
    assert_eq!(found("１2"), [(0, "full-width form", '１')]);
    assert_eq!(found("a\u{0}\u{1b}\u{fffd}").len(), 3);
    assert_eq!(found("👨\u{200d}👩\u{200d}👧 ❤\u{fe0f} 1\u{fe0f}\u{20e3}"), []);
    assert_eq!(found("a\u{200d}b"), [(1, "zero-width joiner", '·')]);
}

proptest! {
    #[test]
    fn the_spans_are_the_two_texts((was, now) in two_texts()) {
        let spans = words(&was, &now);
        let of = |mark: Mark| -> String {
            spans.iter().filter(|s| s.mark == Mark::Same || s.mark == mark).map(|s| s.text.as_str()).collect()
        };
        prop_assert_eq!(of(Mark::Was), was.as_str());
        prop_assert_eq!(of(Mark::Now), now.as_str());
        prop_assert!(spans.iter().all(|span| !span.text.is_empty()));
        prop_assert!(spans.windows(2).all(|pair| pair[0].mark != pair[1].mark), "{:?}", spans);
        prop_assert!(was != now || spans.len() <= 1);
    }

    #[test]
    fn what_is_alone_is_the_whole_value((other, value) in two_texts()) {
        let spans = alone(&other, &value);
        let text: String = spans.iter().map(|span| span.text.as_str()).collect();
        prop_assert_eq!(text, value);
        prop_assert!(spans.iter().all(|span| span.mark != Mark::Was && !span.text.is_empty()));
    }

    #[test]
    fn spans_end_where_letters_end((was, now) in two_texts()) {
        for (mark, text) in [(Mark::Was, &was), (Mark::Now, &now)] {
            let seams = ends(text.tokenize_graphemes().into_iter());
            let spans = words(&was, &now);
            let own = spans.iter().filter(|s| s.mark == Mark::Same || s.mark == mark);
            for end in ends(own.map(|span| span.text.as_str())) {
                prop_assert!(seams.contains(&end), "{:?} is cut at {}", text, end);
            }
        }
    }

    #[test]
    fn oddities_stand_where_they_say(text in any::<String>()) {
        let odd = odd_characters(&text);
        prop_assert!(odd.windows(2).all(|pair| pair[0].at < pair[1].at), "{:?}", odd);
        for found in odd {
            prop_assert!(text[found.at..].starts_with(found.character));
        }
    }
}

fn ends<'a>(pieces: impl Iterator<Item = &'a str>) -> Vec<usize> {
    pieces
        .scan(0, |end, piece| {
            *end += piece.len();
            Some(*end)
        })
        .collect()
}

/// Unrelated texts, and texts made of the same few words and odd characters.
fn two_texts() -> impl Strategy<Value = (String, String)> {
    let word = "(Oak|Street|Strasse|Straße|12|13|,| |  |\u{a0}|e\u{301}|\u{301}|👨\u{200d}👩|\u{200d}|🇩🇪|🇩|\r\n|\r|東京|\u{600}1|ك)";
    let text = || prop::collection::vec(word, 0..12).prop_map(|words| words.concat());
    prop_oneof![(any::<String>(), any::<String>()), (text(), text()), ("[ab ]{0,20}", "[ab ]{0,20}")]
}
