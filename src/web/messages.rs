//! All text a person reads: messages by key from `locales/`, filled with arguments.
//!
//! A page holds a [`Msg`] (key and arguments), never a sentence; the language is chosen while
//! rendering. A message may carry the tags `<b>` (a name) and `<q>` (a value): [`Messages::html`]
//! keeps them and escapes every argument, [`Messages::plain`] drops them.

use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// The message files of English, the language every other one falls back to.
const ENGLISH: &[&str] = &[
    include_str!("../../locales/en/common.ftl"),
    include_str!("../../locales/en/queue.ftl"),
    include_str!("../../locales/en/conflict.ftl"),
    include_str!("../../locales/en/routing.ftl"),
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
    include_str!("../../locales/en/failed.ftl"),
];

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
    Msg(Box<Msg>),
    /// Names joined as the language joins them: `Portal, Billing and Helpdesk`.
    List(Vec<String>),
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
    bundle: FluentBundle<FluentResource>,
}

/// The English messages, read from the binary once.
#[must_use]
pub fn english() -> &'static Messages {
    static MESSAGES: LazyLock<Messages> = LazyLock::new(|| {
        let language: LanguageIdentifier = "en".parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Foreign values stand in `bdi` instead of between invisible characters.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) => Some(grouped(number)),
            _ => None,
        }));
        for file in ENGLISH {
            let resource = match FluentResource::try_new((*file).to_owned()) {
                Ok(resource) => resource,
                Err((resource, errors)) => {
                    tracing::error!(?errors, "a message file has errors");
                    resource
                }
            };
            if let Err(errors) = bundle.add_resource(resource) {
                tracing::error!(?errors, "a message is defined twice");
            }
        }
        Messages { lang: "en", dir: "ltr", bundle }
    });
    &MESSAGES
}

impl Messages {
    /// The message files as they are, for tests and tools.
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
                if text.contains('<') { without_tags(&text) } else { text }
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
                Arg::Number(_) => String::new(),
                Arg::List(names) => self.list(names, &isolated),
            }),
        }
    }

    fn plain_arg(&self, arg: &Arg) -> String {
        match arg {
            // A value may contain what looks like a tag; it must survive `without_tags`.
            Arg::Text(text) => text.replace('<', "\u{e000}"),
            Arg::Msg(inner) => self.plain(inner).replace('<', "\u{e000}"),
            Arg::Number(_) => String::new(),
            Arg::List(names) => self.list(names, &|name| name.replace('<', "\u{e000}")),
        }
    }

    fn list(&self, names: &[String], show: &dyn Fn(&str) -> String) -> String {
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

    fn format(&self, key: &str, args: &[(Cow<'static, str>, Arg)], show: impl Fn(&Arg) -> String) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|found| found.value()) else {
            tracing::error!(key, "a message is missing");
            return format!("«{key}»");
        };
        let mut given = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            match arg {
                Arg::Number(number) => given.set(name.clone(), FluentValue::from(*number)),
                other => given.set(name.clone(), FluentValue::from(show(other))),
            }
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&given), &mut errors);
        if errors.is_empty() {
            return text.into_owned();
        }
        tracing::error!(key, ?errors, "a message could not be filled");
        format!("«{text}»")
    }
}

/// `12345` as `12,345`.
fn grouped(number: &FluentNumber) -> String {
    let digits = number.as_string();
    if !number.options.use_grouping || digits.contains('.') {
        return digits.into_owned();
    }
    let (sign, digits) = digits.strip_prefix('-').map_or(("", &*digits), |rest| ("-", rest));
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
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
    fn a_missing_message_shows_its_key_in_marks() {
        assert_eq!(english().plain(&msg("no-such-key")), "«no-such-key»");
    }
}
