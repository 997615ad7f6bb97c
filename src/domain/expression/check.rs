//! What an expression may be made of.

use super::{DEEPEST, NAMES};
use crate::domain::compare::Invalid;
use cel::IdedExpr;
use cel::ParseErrors;
use cel::common::ast::{EntryExpr, Expr};

/// Items of a list or map that is written out.
const LONGEST_LIST: usize = 100;
/// Loops within one another.
const LOOPS: usize = 2;
/// Functions beside the operators.
const FUNCTIONS: [&str; 13] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "has",
    "string",
    "double",
    "int",
    "bool",
    "type",
    "max",
    "min",
];

/// The deepest nesting of brackets and runs of signs, without reading anything else: the parser
/// calls itself for each level before it can count them.
pub fn brackets(text: &str) -> usize {
    let (mut depth, mut signs, mut deepest) = (0_usize, 0_usize, 0);
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            // Signs before a value and the parts of a choice nest to the right.
            (None, '!' | '-' | '?') => signs += 1,
            _ => {}
        }
        deepest = deepest.max(depth + signs);
    }
    deepest
}

/// The first error of the parser, in one line.
pub fn reading(errors: &ParseErrors) -> Invalid {
    let Some(first) = errors.errors.first() else { return Invalid("it could not be read".to_owned()) };
    let (line, column) = first.pos;
    Invalid(format!("line {line}, character {}: {}", column + 1, first.msg))
}

/// Whether what was read is made of what is offered.
pub fn tree(root: &IdedExpr) -> Result<(), Invalid> {
    Check { own: Vec::new() }.expression(root, 0, 0)
}

/// A walk over an expression.
struct Check<'e> {
    /// Names that loops around the present place have made.
    own: Vec<&'e str>,
}

impl<'e> Check<'e> {
    fn expression(&mut self, at: &'e IdedExpr, depth: usize, loops: usize) -> Result<(), Invalid> {
        if depth > DEEPEST {
            return Err(Invalid(format!("it is nested more than {DEEPEST} deep")));
        }
        let depth = depth + 1;
        match &at.expr {
            Expr::Unspecified | Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => self.expression(&select.operand, depth, loops),
            Expr::Struct(_) => Err(Invalid("objects cannot be made here".to_owned())),
            Expr::Call(call) => {
                function(&call.func_name)?;
                let parts = call.target.as_deref().into_iter().chain(&call.args);
                parts.into_iter().try_for_each(|part| self.expression(part, depth, loops))
            }
            Expr::List(list) => {
                short(list.elements.len())?;
                list.elements.iter().try_for_each(|item| self.expression(item, depth, loops))
            }
            Expr::Map(map) => {
                short(map.entries.len())?;
                map.entries.iter().try_for_each(|entry| match &entry.expr {
                    EntryExpr::MapEntry(entry) => self
                        .expression(&entry.key, depth, loops)
                        .and_then(|()| self.expression(&entry.value, depth, loops)),
                    EntryExpr::StructField(_) => Err(Invalid("objects cannot be made here".to_owned())),
                })
            }
            Expr::Comprehension(own) => {
                if loops == LOOPS {
                    return Err(Invalid(format!("more than {LOOPS} loops stand within one another")));
                }
                if matches!(&own.iter_range.expr, Expr::Ident(name) if name == "record") {
                    return Err(Invalid("a loop over the fields of a record is not offered".to_owned()));
                }
                self.expression(&own.iter_range, depth, loops)?;
                let known = self.own.len();
                self.own.extend([own.iter_var.as_str(), own.accu_var.as_str()]);
                self.own.extend(own.iter_var2.as_deref());
                let parts = [&own.accu_init, &own.loop_cond, &own.loop_step, &own.result];
                let checked = parts.into_iter().try_for_each(|part| self.expression(part, depth, loops + 1));
                self.own.truncate(known);
                checked
            }
        }
    }

    fn name(&self, name: &str) -> Result<(), Invalid> {
        if self.own.contains(&name) || NAMES.contains(&name) {
            return Ok(());
        }
        Err(Invalid(format!("there is no “{name}” here; there are {}", NAMES.join(", "))))
    }
}

fn short(items: usize) -> Result<(), Invalid> {
    if items <= LONGEST_LIST {
        return Ok(());
    }
    Err(Invalid(format!("a list has at most {LONGEST_LIST} items, this one has {items}")))
}

fn function(name: &str) -> Result<(), Invalid> {
    // Operators are calls whose names are signs: `_&&_`, `@in`.
    let operator = !name.starts_with(|first: char| first.is_ascii_alphabetic());
    if operator || FUNCTIONS.contains(&name) {
        return Ok(());
    }
    Err(Invalid(format!("there is no function “{name}” here; there are {}", FUNCTIONS.join(", "))))
}
