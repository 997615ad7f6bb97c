//! Lists: the members of a JSON list, or of a text cut at a separator.

use super::{Comparison, Invalid, short};
use crate::domain::value::{Cell, Held};

/// The members in their order, as texts. A text that is no JSON list is cut at the separator,
/// spaces around a member not being part of it; null is an empty member.
///
/// # Errors
/// A JSON list has members that are lists or objects.
pub(super) fn members(text: &str, separator: &str) -> Result<Vec<String>, Invalid> {
    let Some(cells) = json(text) else {
        let parts = if separator.is_empty() { vec![text] } else { text.split(separator).collect() };
        return Ok(parts.into_iter().map(|part| part.trim().to_owned()).collect());
    };
    if cells.iter().any(|cell| matches!(cell, Cell::Json(_))) {
        return Err(Invalid::not(text, "a list of plain values"));
    }
    Ok(cells.iter().map(|cell| cell.text().unwrap_or("").to_owned()).collect())
}

fn json(text: &str) -> Option<Vec<Cell>> {
    if text.trim_start().starts_with('[') { serde_json::from_str(text).ok() } else { None }
}

/// A JSON list of the members' normal forms; nothing where there are none. Of a set each stands
/// once, in byte order, and empty members are none. In a sequence an empty member has its place.
pub(super) fn normal(members: &[String], of: &Comparison, set: bool) -> String {
    let one = |member: &String| of.normal(&Held::from(member.as_str())).to_string();
    let mut normals: Vec<String> = members.iter().map(one).collect();
    if set {
        normals.retain(|member| !member.is_empty());
        normals.sort_unstable();
        normals.dedup();
    }
    if normals.iter().all(String::is_empty) && normals.len() < 2 {
        return String::new();
    }
    serde_json::Value::from(normals).to_string()
}

/// A list written as `like` is: a JSON list, or a separated text.
pub(super) fn styled(text: &str, like: &str, separator: &str) -> Result<String, Invalid> {
    let Some(pattern) = json(like) else {
        return separated(text, like, separator);
    };
    if pattern.is_empty() && json(text).is_some() {
        return Ok(text.to_owned());
    }
    let numbers = !pattern.is_empty() && pattern.iter().all(|cell| matches!(cell, Cell::Number(_)));
    let like = if numbers { Cell::Number("0".to_owned()) } else { Cell::Text(String::new()) };
    let members = members(text, separator)?.into_iter().filter(|member| !member.is_empty());
    let cells: Vec<Cell> = members.map(|member| like.retyped(&Held::Value(member))).collect();
    serde_json::to_string(&cells).map_err(|_| Invalid::not(text, "a list"))
}

fn separated(text: &str, like: &str, separator: &str) -> Result<String, Invalid> {
    if json(text).is_none() {
        return Ok(text.to_owned());
    }
    let members = members(text, separator)?;
    if let Some(split) = members.iter().find(|member| member.contains(separator)) {
        let reason = format!("“{}” contains “{separator}”, which separates the members there", short(split));
        return Err(Invalid(reason));
    }
    Ok(members.join(spaced(like, separator)))
}

/// The separator with the spaces around it, as a list has it.
fn spaced<'a>(like: &'a str, separator: &'a str) -> &'a str {
    let Some(at) = like.find(separator).filter(|_| !separator.is_empty()) else { return separator };
    let after = at + separator.len();
    let start = like[..at].trim_end().len();
    let end = after + (like[after..].len() - like[after..].trim_start().len());
    if start == 0 || end == like.len() { separator } else { &like[start..end] }
}

/// Every member of these lists once, in the order in which they are met, written as the first
/// list is; None if one of them cannot be read, or the first one's form cannot hold them all.
pub(super) fn union(texts: &[&str], of: &Comparison, separator: &str) -> Option<String> {
    let mut known: Vec<(Held, String)> = Vec::new();
    for text in texts {
        for member in members(text, separator).ok()?.into_iter().filter(|member| !member.is_empty()) {
            let normal = of.normal(&Held::from(member.as_str()));
            if known.iter().all(|(other, _)| *other != normal) {
                known.push((normal, member));
            }
        }
    }
    let all: Vec<String> = known.into_iter().map(|(_, member)| member).collect();
    styled(&serde_json::Value::from(all).to_string(), texts.first()?, separator).ok()
}

/// What is wrong with the settings of a list.
pub(super) fn problems(of: &Comparison, separator: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if separator.is_empty() {
        problems.push(
            "its list has an empty separator: give the text between two members, such as \";\"".to_owned(),
        );
    }
    if matches!(of, Comparison::Set { .. } | Comparison::Sequence { .. } | Comparison::Tolerance { .. }) {
        problems.push(
            "the members of its list cannot be lists or have a tolerance: compare them as text, decimal or another plain kind"
                .to_owned(),
        );
    }
    problems.extend(of.problems());
    problems
}
