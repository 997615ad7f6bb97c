//! Filters of the templates. Each page module imports this one, as askama looks for `filters::`.
//!
//! `"queue-title"|t` is text, `verdict|rich` is text with its own `<b>` and `<q>`,
//! `"queue-open"|with("count", count)|t` gives an argument, `"save-next"|hint` is the key of
//! an action, `"app.css"|asset` an address, `"csrf"|shell` a value of the request.

use super::assets;
use super::messages::{Arg, Msg, msg};
use super::page::Shell;
use askama::filters::Safe;
use askama::{Error, Result, Values, filter_fn};

/// What can be shown as a message: a key or a [`Msg`].
pub trait ToMsg {
    fn to_msg(&self) -> Msg;
}
impl ToMsg for Msg {
    fn to_msg(&self) -> Msg {
        self.clone()
    }
}
impl ToMsg for str {
    fn to_msg(&self) -> Msg {
        msg(self.to_owned())
    }
}
impl ToMsg for String {
    fn to_msg(&self) -> Msg {
        msg(self.clone())
    }
}
impl<T: ToMsg + ?Sized> ToMsg for &T {
    fn to_msg(&self) -> Msg {
        (**self).to_msg()
    }
}

/// What can be an argument, by reference as templates pass it.
pub trait ToArg {
    fn to_arg(&self) -> Arg;
}
impl<T: ToArg + ?Sized> ToArg for &T {
    fn to_arg(&self) -> Arg {
        (**self).to_arg()
    }
}
impl ToArg for str {
    fn to_arg(&self) -> Arg {
        Arg::from(self)
    }
}

macro_rules! arguments {
    ($($kind:ty),+) => {$(
        impl ToArg for $kind {
            fn to_arg(&self) -> Arg {
                Arg::from(self)
            }
        }
    )+};
}
arguments!(String, Msg, Vec<String>, u8, u16, u32, u64, usize, i64);

fn of(values: &dyn Values) -> Result<&Shell> {
    askama::get_value::<Shell>(values, "shell")
}

/// The message as text; askama escapes it.
#[filter_fn]
pub fn t(text: impl ToMsg, values: &dyn Values) -> Result<String> {
    Ok(of(values)?.messages.plain(&text.to_msg()))
}

/// The message as HTML, its arguments escaped and isolated.
#[filter_fn]
pub fn rich(text: impl ToMsg, values: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(of(values)?.messages.html(&text.to_msg())))
}

/// The message with one more argument.
#[filter_fn]
pub fn with<A: ToArg>(text: impl ToMsg, _: &dyn Values, name: &str, value: A) -> Result<Msg> {
    Ok(text.to_msg().with(name.to_owned(), value.to_arg()))
}

/// A count as the language writes it.
#[filter_fn]
pub fn num(count: impl ToArg, values: &dyn Values) -> Result<String> {
    Ok(of(values)?.messages.plain(&msg("number").with("n", count.to_arg())))
}

/// The address of an embedded file, with its hash.
#[filter_fn]
pub fn asset(name: &str, _: &dyn Values) -> Result<&'static str> {
    assets::url(name).ok_or(Error::ValueMissing)
}

/// One value of the request: `csrf`, `nonce`, `lang`, `saves`, `saves-too`.
#[filter_fn]
pub fn shell(name: &str, values: &dyn Values) -> Result<String> {
    let shell = of(values)?;
    match name {
        "csrf" => Ok(shell.csrf.clone()),
        "nonce" => Ok(shell.nonce.clone()),
        "lang" => Ok(shell.messages.lang.to_owned()),
        "saves" => Ok(shell.keymap.saves().0.to_owned()),
        "saves-too" => Ok(shell.keymap.saves().1.to_owned()),
        _ => Err(Error::ValueMissing),
    }
}

/// The key of an action as `kbd`, or nothing if it has none.
#[filter_fn]
pub fn hint(action: &str, values: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(of(values)?.keymap.hint(action)))
}

/// The rule by which a browser may fetch that address before it is asked for. Only for pages that
/// change nothing and note nobody's reading.
#[filter_fn]
pub fn ahead(address: &str, _: &dyn Values) -> Result<Safe<String>> {
    let rules = serde_json::json!({ "prefetch": [{ "urls": [address], "eagerness": "immediate" }] });
    // Nothing in it may end the element it stands in.
    Ok(Safe(rules.to_string().replace('<', "\\u003c")))
}

/// Messages as a JSON list of texts, for a data attribute.
#[filter_fn]
pub fn lines(texts: impl AsRef<[Msg]>, values: &dyn Values) -> Result<String> {
    let messages = of(values)?.messages;
    let texts: Vec<String> = texts.as_ref().iter().map(|text| messages.plain(text)).collect();
    serde_json::to_string(&texts).map_err(Error::custom)
}
