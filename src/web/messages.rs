//! All text a person reads: messages by key from `locales/`, filled with arguments.
//!
//! A page holds a [`Msg`] (key and arguments), never a sentence; the language is chosen while
//! rendering. A message may carry the tags `<b>` (a name) and `<q>` (a value): [`Messages::html`]
//! keeps them and escapes every argument, [`Messages::plain`] drops them.

mod bundle;
mod german;
mod pseudo;
mod said;

pub use pseudo::pseudo;
pub use said::said;

use crate::domain::language::Language;
use bundle::Bundle;
use fluent_bundle::types::FluentNumberOptions;
use fluent_bundle::{FluentArgs, FluentValue, types::FluentNumber};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::LazyLock;

/// The message files of English, the language every other one falls back to.
const ENGLISH: &[&str] = &[
    include_str!("../../locales/en/common.ftl"),
    include_str!("../../locales/en/queue.ftl"),
    include_str!("../../locales/en/conflict.ftl"),
    include_str!("../../locales/en/routing.ftl"),
    include_str!("../../locales/en/deciding.ftl"),
    include_str!("../../locales/en/records.ftl"),
    include_str!("../../locales/en/audit.ftl"),
    include_str!("../../locales/en/systems.ftl"),
    include_str!("../../locales/en/dry_runs.ftl"),
    include_str!("../../locales/en/policies.ftl"),
    include_str!("../../locales/en/decisions.ftl"),
    include_str!("../../locales/en/account.ftl"),
    include_str!("../../locales/en/demo.ftl"),
    include_str!("../../locales/en/access.ftl"),
    include_str!("../../locales/en/keys.ftl"),
    include_str!("../../locales/en/preferences.ftl"),
    include_str!("../../locales/en/incidents.ftl"),
    include_str!("../../locales/en/samples.ftl"),
    include_str!("../../locales/en/separations.ftl"),
    include_str!("../../locales/en/failed.ftl"),
    include_str!("../../locales/en/approvals.ftl"),
    include_str!("../../locales/en/bulk.ftl"),
    include_str!("../../locales/en/said.ftl"),
    include_str!("../../locales/en/talk.ftl"),
    include_str!("../../locales/en/notices.ftl"),
    include_str!("../../locales/en/questions.ftl"),
];

/// Stands for a `<` of a value while tags of the message are dropped: a private character, which
/// no value of a business system is expected to hold.
const KEPT: &str = "\u{e000}";

/// A text to be shown: a key with its arguments, or words that come from data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Msg {
    /// A message of the files.
    Key { key: Cow<'static, str>, args: Vec<(Cow<'static, str>, Arg)> },
    /// A name or value as it is stored: shown exactly, in every language.
    Literal(String),
}

/// One argument of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Arg {
    Text(String),
    Number(i64),
    /// A number with one decimal, in tenths: 25 is 2.5.
    Tenths(i64),
    Msg(Box<Msg>),
    /// Names joined as the language joins them: `Portal, Billing and Helpdesk`.
    List(Vec<String>),
    /// The same of messages.
    Msgs(Vec<Msg>),
}

/// The message of that key, without arguments yet.
#[must_use]
pub fn msg(key: impl Into<Cow<'static, str>>) -> Msg {
    Msg::Key { key: key.into(), args: Vec::new() }
}

/// Words that come from data and are not translated.
#[must_use]
pub fn literal(text: impl Into<String>) -> Msg {
    Msg::Literal(text.into())
}

impl Msg {
    /// The same message with one more argument; a literal takes none.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Arg>) -> Self {
        if let Self::Key { args, .. } = &mut self {
            args.push((name.into(), value.into()));
        }
        self
    }
}

impl From<&Self> for Msg {
    fn from(msg: &Self) -> Self {
        msg.clone()
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}
impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<Msg> for Arg {
    fn from(msg: Msg) -> Self {
        Self::Msg(Box::new(msg))
    }
}
impl From<&Msg> for Arg {
    fn from(msg: &Msg) -> Self {
        Self::Msg(Box::new(msg.clone()))
    }
}
impl From<Vec<String>> for Arg {
    fn from(names: Vec<String>) -> Self {
        Self::List(names)
    }
}
impl From<Vec<Msg>> for Arg {
    fn from(texts: Vec<Msg>) -> Self {
        Self::Msgs(texts)
    }
}
impl From<&Vec<String>> for Arg {
    fn from(names: &Vec<String>) -> Self {
        Self::List(names.clone())
    }
}

macro_rules! number {
    ($($kind:ty),+) => {$(
        impl From<$kind> for Arg {
            fn from(number: $kind) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        impl From<&$kind> for Arg {
            fn from(number: &$kind) -> Self {
                Self::from(*number)
            }
        }
    )+};
}
number!(u8, u16, u32, u64, usize, i32, i64);

/// The messages of one language.
pub struct Messages {
    /// The language as HTML names it.
    pub lang: &'static str,
    /// The direction of its script, `ltr` or `rtl`.
    pub dir: &'static str,
    bundle: Bundle,
    /// Every message stands in brackets, so that one put together from pieces shows.
    bracketed: bool,
    /// The language that has what this one lacks.
    fallback: Option<&'static Self>,
}

/// The English messages, read from the binary once.
#[must_use]
pub fn english() -> &'static Messages {
    static MESSAGES: LazyLock<Messages> = LazyLock::new(|| Messages {
        lang: "en",
        dir: "ltr",
        bundle: bundle::read("en", ENGLISH, bundle::english),
        bracketed: false,
        fallback: None,
    });
    &MESSAGES
}

/// The messages of a language; what is missing in its files is English.
#[must_use]
pub fn of(language: Language) -> &'static Messages {
    match language {
        Language::English => english(),
        Language::German => german::german(),
    }
}

impl Messages {
    /// The message files of a language as they are, for tests and tools.
    #[must_use]
    pub fn sources_of(language: Language) -> &'static [&'static str] {
        match language {
            Language::English => ENGLISH,
            Language::German => german::GERMAN,
        }
    }

    /// The English message files.
    #[must_use]
    pub fn sources() -> &'static [&'static str] {
        ENGLISH
    }

    /// Whether the language has that message.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// The message as plain text, without tags: for titles and attributes, to be escaped.
    #[must_use]
    pub fn plain(&self, msg: &Msg) -> String {
        match msg {
            Msg::Literal(text) => text.clone(),
            Msg::Key { key, args } => {
                let text = self.format(key, args, |arg| self.plain_arg(arg));
                let text = if text.contains('<') { without_tags(&text) } else { text };
                if text.contains(KEPT) { text.replace(KEPT, "<") } else { text }
            }
        }
    }

    /// The message as HTML: its own `<b>` and `<q>` stay, every argument is escaped and isolated.
    #[must_use]
    pub fn html(&self, msg: &Msg) -> String {
        match msg {
            Msg::Literal(text) => isolated(text),
            Msg::Key { key, args } => self.format(key, args, |arg| match arg {
                Arg::Text(text) => isolated(text),
                Arg::Msg(inner) => self.html(inner),
                Arg::Number(_) | Arg::Tenths(_) => String::new(),
                Arg::List(names) => self.list(names, |name| isolated(name)),
                Arg::Msgs(texts) => self.list(texts, |text| self.html(text)),
            }),
        }
    }

    fn plain_arg(&self, arg: &Arg) -> String {
        match arg {
            // A value may contain what looks like a tag; it must survive `without_tags`.
            Arg::Text(text) => text.replace('<', KEPT),
            Arg::Msg(inner) => self.plain(inner).replace('<', KEPT),
            Arg::Number(_) | Arg::Tenths(_) => String::new(),
            Arg::List(names) => self.list(names, |name| name.replace('<', KEPT)),
            Arg::Msgs(texts) => self.list(texts, |text| self.plain(text).replace('<', KEPT)),
        }
    }

    fn list<T>(&self, names: &[T], show: impl Fn(&T) -> String) -> String {
        let Some((last, rest)) = names.split_last() else { return String::new() };
        let Some((first, middle)) = rest.split_first() else { return show(last) };
        let two = |key: &str, a: String, b: String| {
            let args = [("a".into(), Arg::Text(a)), ("b".into(), Arg::Text(b))];
            self.format(
                key,
                &args,
                |arg| if let Arg::Text(text) = arg { text.clone() } else { String::new() },
            )
        };
        let head = middle.iter().fold(show(first), |so_far, name| two("list-more", so_far, show(name)));
        two("list-last", head, show(last))
    }

    /// The language that has the message: this one, or its fallback.
    fn holder(&self, key: &str) -> Option<&Self> {
        if self.has(key) { Some(self) } else { self.fallback.and_then(|other| other.holder(key)) }
    }

    fn format(&self, key: &str, args: &[(Cow<'static, str>, Arg)], show: impl Fn(&Arg) -> String) -> String {
        let bundle = self.holder(key).map(|holder| &holder.bundle);
        let found = bundle.and_then(|bundle| Some((bundle, bundle.get_message(key)?.value()?)));
        let Some((bundle, pattern)) = found else {
            tracing::error!(key, "a message is missing");
            return format!("«{key}»");
        };
        let mut given = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            match arg {
                Arg::Number(number) => given.set(name.clone(), FluentValue::from(*number)),
                Arg::Tenths(tenths) => given.set(name.clone(), FluentValue::Number(decimal(*tenths))),
                other => given.set(name.clone(), FluentValue::from(show(other))),
            }
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&given), &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "a message could not be filled");
            return format!("«{text}»");
        }
        if self.bracketed && pseudo::is_made(&text) { format!("[{text}]") } else { text.into_owned() }
    }
}

/// 25 tenths as 2.5.
fn decimal(tenths: i64) -> FluentNumber {
    let options = FluentNumberOptions { minimum_fraction_digits: Some(1), ..Default::default() };
    // A length of time has few digits: nothing is lost.
    let value = f64::from(i32::try_from(tenths).unwrap_or(i32::MAX)) / 10.0;
    FluentNumber::new(value, options)
}

/// Text safe in HTML content and in quoted attributes.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn isolated(text: &str) -> String {
    format!("<bdi>{}</bdi>", escaped(text))
}

fn without_tags(text: &str) -> String {
    let mut out = text.to_owned();
    for tag in ["<b>", "</b>", "<q>", "</q>"] {
        out = out.replace(tag, "");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_escaped_and_isolated_and_a_number_is_grouped() {
        let text = msg("list-last").with("a", "<b>x</b>").with("b", 48_212_u32);
        assert_eq!(english().html(&text), "<bdi>&lt;b&gt;x&lt;/b&gt;</bdi> and 48,212");
        assert_eq!(english().plain(&text), "<b>x</b> and 48,212");
    }

    #[test]
    fn names_are_joined_as_the_language_joins_them() {
        let names =
            |n: usize| ["Portal", "Billing", "Helpdesk"][..n].iter().map(|s| (*s).to_owned()).collect();
        let shown = |n: usize| english().plain(&msg("list-of").with("names", Arg::List(names(n))));
        assert_eq!(shown(1), "Portal");
        assert_eq!(shown(2), "Portal and Billing");
        assert_eq!(shown(3), "Portal, Billing and Helpdesk");
    }

    #[test]
    fn plain_text_drops_the_tags_of_the_message_and_none_of_a_value() {
        let text = msg("claimed-title").with("name", "a <b>x</b>").with("when", msg("ago-now"));
        assert_eq!(english().plain(&text), "a <b>x</b> is on this since just now");
    }

    #[test]
    fn numbers_are_written_as_the_language_writes_them() {
        let (whole, part) = (msg("number").with("n", 1204), msg("span-s").with("n", Arg::Tenths(25)));
        assert_eq!((english().plain(&whole), english().plain(&part)), ("1,204".into(), "2.5 s".into()));
        let german = of(Language::German);
        assert_eq!((german.plain(&whole), german.plain(&part)), ("1.204".into(), "2,5 s".into()));
        assert_eq!(german.plain(&msg("span-s").with("n", Arg::Tenths(30))), "3,0 s");
    }

    #[test]
    fn a_missing_message_shows_its_key_in_marks() {
        assert_eq!(english().plain(&msg("no-such-key")), "«no-such-key»");
    }
}
