//! Phone numbers, reduced to one written form.

use super::compare::Invalid;
use phonenumber::metadata::{DATABASE, Descriptor};
use phonenumber::{Metadata, Type, country};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest text looked at, in bytes: what is longer holds more than one number.
const LONGEST: usize = 64;
/// What people put between digits, dashes of every kind among it.
const BETWEEN: &str = "-‐‑‒–—―−./()[]~·";
/// What introduces an extension, longest first.
const EXTENSION_MARKS: [&str; 7] = [";ext=", "extension", "durchwahl", "extn", "ext", "x", "#"];

/// The number in E.164, its extension behind `;ext=` where it has one: `+493012345;ext=12`.
/// A number without a country code is read as dialled in `region` (ISO 3166 alpha-2).
///
/// A number counts as one when its length is possible in its country. Whether the carrier has
/// given it out changes from month to month and is nothing two systems disagree about.
///
/// # Errors
/// The text is no single phone number, or the region is not known.
pub fn e164(text: &str, region: &str) -> Result<String, Invalid> {
    let wrong = || Invalid::not(text, &format!("a phone number ({region})"));
    let home = home(region)?;
    if text.len() > LONGEST {
        return Err(wrong());
    }
    let (number, extension) = split_extension(text.trim()).ok_or_else(wrong)?;
    let digits = dialled(number).ok_or_else(wrong)?;
    let normal = parse(&digits, home).ok_or_else(wrong)?;
    Ok(if extension.is_empty() { normal } else { format!("{normal};ext={extension}") })
}

/// The digits behind the country code of a number in E.164, without its extension.
pub(in crate::domain) fn subscriber(e164: &str) -> Option<&str> {
    let number = e164.split(';').next()?.strip_prefix('+')?;
    Numbering::of(number).map(|(_, national)| national)
}

/// Whether numbers of that region can be read.
#[must_use]
pub fn is_region(region: &str) -> bool {
    home(region).is_ok()
}

fn home(region: &str) -> Result<&'static Metadata, Invalid> {
    let known = region.to_ascii_uppercase().parse::<country::Id>().ok();
    known
        .and_then(|id| DATABASE.by_id(id.as_ref()))
        .ok_or_else(|| Invalid::not(region, "a region with phone numbers (ISO 3166, such as DE)"))
}

/// The number and the digits of its extension; `None` if something else follows.
fn split_extension(text: &str) -> Option<(&str, &str)> {
    let text = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    };
    let lower = text.to_ascii_lowercase();
    let Some((at, mark)) = EXTENSION_MARKS.iter().find_map(|mark| Some((lower.find(mark)?, mark))) else {
        return Some((text, ""));
    };
    let extension = text[at + mark.len()..].trim_matches(|c: char| c.is_whitespace() || ".:#".contains(c));
    let fits = (1..=10).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_digit());
    fits.then_some((&text[..at], extension))
}

/// Only the digits that are dialled, with a plus in front if one was written. The parser below
/// never sees anything else: it drops what it does not know, and what it drops may be a second
/// number.
fn dialled(text: &str) -> Option<String> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let (plus, rest) = match text.strip_prefix(['+', '\u{ff0b}']) {
        Some(rest) => ("+", rest),
        None => ("", text),
    };
    let mut digits = plus.to_owned();
    for c in rest.chars() {
        if let Some(digit) = digit(c) {
            digits.push(digit);
        } else if !(c.is_whitespace() || BETWEEN.contains(c)) {
            return None;
        }
    }
    Some(digits)
}

/// ASCII and full-width digits.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

/// E.164 of bare digits, if it is stable: read once more it must be the same number.
fn parse(digits: &str, home: &Metadata) -> Option<String> {
    // The crate has panicked on strangers' input before; a panic here is a number not read.
    let read = |digits: &str| catch_unwind(AssertUnwindSafe(|| as_dialled(digits, home))).ok()?;
    let normal = read(digits)?;
    (read(&normal)? == normal).then_some(normal)
}

fn as_dialled(digits: &str, home: &Metadata) -> Option<String> {
    if let Some(international) = digits.strip_prefix('+') {
        return Numbering::of(international).and_then(|(plan, national)| plan.international(national));
    }
    let abroad = home.international_prefix().and_then(|prefix| prefix.find(digits));
    if let Some(prefix) = abroad.filter(|found| found.start() == 0) {
        let number = Numbering::of(&digits[prefix.end()..]);
        if let Some(normal) = number.and_then(|(plan, national)| plan.international(national)) {
            return Some(normal);
        }
    }
    Numbering::new(home.country_code())?.national(digits, home)
}

/// The regions that share a country code, the main one first.
struct Numbering {
    code: u16,
    regions: Vec<&'static Metadata>,
}

/// The kinds of numbers that have patterns and lengths of their own.
const KINDS: [Type; 10] = [
    Type::FixedLine,
    Type::Mobile,
    Type::TollFree,
    Type::PremiumRate,
    Type::SharedCost,
    Type::PersonalNumber,
    Type::Voip,
    Type::Pager,
    Type::Uan,
    Type::Voicemail,
];

impl Numbering {
    fn new(code: u16) -> Option<Self> {
        DATABASE.by_code(&code).map(|regions| Self { code, regions })
    }

    /// The plan of a number behind its plus, and the digits after the country code. No country
    /// code is the beginning of another.
    fn of(international: &str) -> Option<(Self, &str)> {
        (1..=3).find_map(|length| {
            let (code, national) = international.split_at_checked(length)?;
            Some((Self::new(code.parse().ok()?)?, national))
        })
    }

    /// A number behind its country code. A trunk prefix does not belong there and is dropped if
    /// the number makes sense only without it: `+49 (0)30 …`.
    fn international(&self, national: &str) -> Option<String> {
        let stripped = self.without_trunk_prefix(national);
        let fits = |n: &&str| self.fits(n);
        let possible = || stripped.or(Some(national)).filter(|n| self.is_possible(n));
        let found = Some(national).filter(fits).or_else(|| stripped.filter(fits)).or_else(possible)?;
        Some(self.written(found))
    }

    /// A number as dialled inside the country. A form that is somebody's number wins over one
    /// that only has its length.
    fn national(&self, digits: &str, home: &Metadata) -> Option<String> {
        let stripped = self.without_trunk_prefix(digits);
        let coded = digits.strip_prefix(self.code.to_string().as_str());
        // A country code without plus: where a trunk prefix is usual and missing, that is the
        // likelier reading; elsewhere only if the number is none as it stands, as Italian mobile
        // numbers begin like the country code.
        let bare = stripped.is_none() && home.national_prefix().is_some();
        let readings = if bare { [coded, Some(digits), None] } else { [stripped, Some(digits), coded] };
        let found = readings.into_iter().flatten().find(|n| self.fits(n)).map(str::to_owned);
        let possible = || Some(stripped.unwrap_or(digits)).filter(|n| self.is_possible(n)).map(str::to_owned);
        found.or_else(|| self.transformed(digits, home)).or_else(possible).map(|n| self.written(&n))
    }

    /// The national number under the country's own dialling rules: carrier codes in Brazil, the
    /// mobile `15` in Argentina.
    fn transformed(&self, digits: &str, home: &Metadata) -> Option<String> {
        let number = phonenumber::parse(home.id().parse().ok(), digits).ok()?;
        let national = number.national().to_string();
        (number.country().code() == self.code && self.fits(&national)).then_some(national)
    }

    fn written(&self, national: &str) -> String {
        format!("+{}{national}", self.code)
    }

    fn without_trunk_prefix<'a>(&self, national: &'a str) -> Option<&'a str> {
        national.strip_prefix(self.regions.first()?.national_prefix()?)
    }

    /// The number is as long as those of the main region: Canada alone has some of seven digits,
    /// and a number without its area code must not pass for one of them.
    fn is_possible(&self, national: &str) -> bool {
        let Ok(length) = u16::try_from(national.len()) else { return false };
        self.regions.iter().take(1).flat_map(kinds).any(|kind| kind.possible_length().contains(&length))
    }

    /// The number is one that its country gives out.
    fn fits(&self, national: &str) -> bool {
        let Ok(length) = u16::try_from(national.len()) else { return false };
        let kinds = self.regions.iter().flat_map(kinds);
        kinds.filter(|kind| kind.possible_length().contains(&length)).any(|kind| {
            let found = kind.national_number().find(national);
            found.is_some_and(|found| found.start() == 0 && found.end() == national.len())
        })
    }
}

fn kinds(region: &&'static Metadata) -> impl Iterator<Item = &'static Descriptor> + use<> {
    let descriptors = region.descriptors();
    KINDS.into_iter().filter_map(|kind| descriptors.get(kind))
}
