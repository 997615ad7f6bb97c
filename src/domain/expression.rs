//! Expressions of the Common Expression Language (CEL), for `review_if`: where one is true, a
//! person decides.
//!
//! An expression is checked when it is saved: its length, its depth, the names it uses, and how
//! many steps it takes at most. What passes ends soon: a loop runs over the systems or over a list
//! written out and nothing else, a loop stands in one other at most, nothing grows in a loop, and
//! patterns are short, few and outside of loops. A text that is too long is not looked at.

mod check;
mod pattern;
mod scene;
#[cfg(test)]
mod tests;

pub use scene::{NAMES, Scene, number, tuple};

use super::compare::Invalid;
use cel::{Context, Program, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of an expression.
pub const LONGEST: usize = 4096;
/// Levels of brackets, and of what an expression is made of.
pub const DEEPEST: usize = 32;
/// The parser calls itself several times for each level, in large frames: it gets a stack of its own.
const STACK: usize = 16 * 1024 * 1024;
/// Characters of a text that an expression looks at; of a longer one it has no answer.
pub const LONGEST_TEXT: usize = 4_000;

/// A checked expression.
#[derive(Clone, Debug)]
pub struct Expression(Arc<Program>, Arc<str>);

impl Expression {
    /// Reads and checks an expression.
    ///
    /// # Errors
    /// It is too long, too deep, not CEL, uses a name or function that is not offered, or loops
    /// too much: which, in words.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() > LONGEST {
            return Err(Invalid(format!(
                "an expression has at most {LONGEST} bytes, this one has {}",
                text.len()
            )));
        }
        if check::brackets(text) > DEEPEST {
            return Err(Invalid(format!("brackets and signs stand more than {DEEPEST} deep")));
        }
        let source = text.to_owned();
        let compile = std::thread::Builder::new().stack_size(STACK).spawn(move || {
            let program = Program::compile(&source).map_err(|errors| check::reading(&errors))?;
            check::tree(program.expression()).map(|()| program)
        });
        let unread = || Invalid("it could not be read".to_owned());
        let program = compile.map_err(|_| unread())?.join().map_err(|_| unread())??;
        Ok(Self(Arc::new(program), text.into()))
    }

    /// What it says of a scene.
    ///
    /// # Errors
    /// It does not come to true or false there: why, in words.
    pub fn evaluate(&self, scene: &Scene) -> Result<bool, Invalid> {
        if let Some(name) = scene.too_long().find(|name| self.1.contains(*name)) {
            let text = format!("“{name}” has more than {LONGEST_TEXT} characters: too long to be looked at");
            return Err(Invalid(text));
        }
        let mut context = Context::default();
        for (name, value) in scene.variables() {
            context.add_variable_from_value(name, value);
        }
        match self.0.execute(&context) {
            Ok(Value::Bool(answer)) => Ok(answer),
            Ok(other) => Err(Invalid(format!("it gives a {}, not true or false", other.type_of()))),
            Err(error) => Err(check::answering(&error)),
        }
    }
}

/// Expressions by their text, read once.
#[derive(Clone, Debug, Default)]
pub struct Expressions(BTreeMap<String, Result<Expression, Invalid>>);

impl Expressions {
    /// Reads each of these texts.
    #[must_use]
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        Self(texts.map(|text| (text.to_owned(), Expression::parse(text))).collect())
    }

    /// What the expression of that text says of a scene.
    ///
    /// # Errors
    /// It cannot be read, or does not come to true or false there.
    pub fn evaluate(&self, text: &str, scene: &Scene) -> Result<bool, Invalid> {
        match self.0.get(text) {
            Some(read) => read.clone()?.evaluate(scene),
            None => Expression::parse(text)?.evaluate(scene),
        }
    }
}
