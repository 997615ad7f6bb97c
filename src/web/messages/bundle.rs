//! One language's files, read, with how it writes numbers.

use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentResource, FluentValue, concurrent};
use unic_langid::LanguageIdentifier;

pub type Bundle = concurrent::FluentBundle<FluentResource>;

/// The files of the language of that tag, whose plurals it has; `change` says how it writes numbers.
pub fn read(tag: &str, files: &[&str], change: impl FnOnce(&mut Bundle)) -> Bundle {
    let language: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Foreign values stand in `bdi` instead of between invisible characters.
    bundle.set_use_isolating(false);
    change(&mut bundle);
    for file in files {
        let resource = match FluentResource::try_new((*file).to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::error!(tag, ?errors, "a message file has errors");
                resource
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(tag, ?errors, "a message is defined twice");
        }
    }
    bundle
}

/// Numbers as English writes them: `12,345` and `2.5`.
pub fn english(bundle: &mut Bundle) {
    bundle.set_formatter(Some(|value, _| number(value, ',', '.')));
}

/// Numbers as German writes them: `12.345` and `2,5`.
pub fn german(bundle: &mut Bundle) {
    bundle.set_formatter(Some(|value, _| number(value, '.', ',')));
}

fn number(value: &FluentValue<'_>, thousands: char, decimal: char) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(grouped(number, thousands, decimal)),
        _ => None,
    }
}

fn grouped(number: &FluentNumber, thousands: char, decimal: char) -> String {
    let text = number.as_string();
    let (whole, fraction) = text.split_once('.').map_or((&*text, None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |rest| ("-", rest));
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && number.options.use_grouping && (digits.len() - at).is_multiple_of(3) {
            out.push(thousands);
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push(decimal);
        out.push_str(fraction);
    }
    out
}
