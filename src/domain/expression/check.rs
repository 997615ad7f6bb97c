//! What an expression may be made of.

use super::{DEEPEST, NAMES, pattern};
use crate::domain::compare::Invalid;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue};
use cel::{ExecutionError, IdedExpr, ParseErrors};

/// Items of a list or map that is written out.
const LONGEST_LIST: usize = 100;
/// Loops within one another.
const LOOPS: usize = 2;
/// Systems a loop over them is reckoned with.
const SYSTEMS: u64 = 20;
/// Steps of a whole expression: each part counts one, in a loop once for each item.
const STEPS: u64 = 10_000;
/// The weight of all patterns of an expression: each is compiled whenever it is asked.
const PATTERNS: u64 = 400;
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
    // The reader lists every sign that could have stood there.
    let problem = match first.msg.split_once(" expecting ") {
        Some((met, _)) if met.contains("<EOF>") => "it ends too soon",
        Some((met, _)) => met,
        None => &first.msg,
    };
    Invalid(format!("line {line}, character {}: {problem}", column + 1))
}

/// Why there is no answer: what people meet in words, the rest in the library's own.
pub fn answering(error: &ExecutionError) -> Invalid {
    Invalid(match error {
        ExecutionError::NoSuchOverload(wrong)
            if wrong.argument_types().iter().any(|kind| kind == "null_type") =>
        {
            format!(
                "“{}” has a side of which there is nothing: ask for it first, as in “x != null && …”",
                sign(wrong.function())
            )
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".to_owned()
        }
        ExecutionError::NoSuchKey(key) => {
            format!("there is no “{key}” here: ask for it first, as in “\"{key}\" in …”")
        }
        error => error.to_string(),
    })
}

/// `_>_` is `>`.
fn sign(function: &str) -> &str {
    function.trim_matches('_')
}

/// Whether what was read is made of what is offered, and ends soon.
pub fn tree(root: &IdedExpr) -> Result<(), Invalid> {
    let mut check = Check { own: Vec::new(), patterns: 0 };
    let steps = check.expression(root, 0, 0)?;
    if steps > STEPS {
        return Err(Invalid(format!("it takes more than {STEPS} steps, each round of a loop counted")));
    }
    Ok(())
}

/// A walk over an expression.
struct Check<'e> {
    /// Names that loops around the present place have made.
    own: Vec<&'e str>,
    /// The weight of the patterns met.
    patterns: u64,
}

impl<'e> Check<'e> {
    /// How many steps it takes at most.
    fn expression(&mut self, at: &'e IdedExpr, depth: usize, loops: usize) -> Result<u64, Invalid> {
        if depth > DEEPEST {
            return Err(Invalid(format!("it is nested more than {DEEPEST} deep")));
        }
        let depth = depth + 1;
        let parts: Vec<&'e IdedExpr> = match &at.expr {
            Expr::Unspecified | Expr::Literal(_) => Vec::new(),
            Expr::Ident(name) => {
                self.name(name)?;
                Vec::new()
            }
            Expr::Select(select) => vec![&*select.operand],
            Expr::Struct(_) => return Err(no_objects()),
            Expr::Call(call) => {
                self.call(call, loops)?;
                call.target.as_deref().into_iter().chain(&call.args).collect()
            }
            Expr::List(list) => {
                short(list.elements.len())?;
                list.elements.iter().collect()
            }
            Expr::Map(map) => {
                short(map.entries.len())?;
                let mut parts = Vec::new();
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else { return Err(no_objects()) };
                    parts.extend([&entry.key, &entry.value]);
                }
                parts
            }
            Expr::Comprehension(own) => return self.comprehension(own, depth, loops),
        };
        self.all(&parts, depth, loops).map(|steps| steps.saturating_add(1))
    }

    fn all(&mut self, parts: &[&'e IdedExpr], depth: usize, loops: usize) -> Result<u64, Invalid> {
        let mut steps = 0_u64;
        for part in parts {
            steps = steps.saturating_add(self.expression(part, depth, loops)?);
        }
        Ok(steps)
    }

    /// What a loop runs over is within it too: else loops could stand one behind the other.
    fn comprehension(
        &mut self,
        own: &'e ComprehensionExpr,
        depth: usize,
        loops: usize,
    ) -> Result<u64, Invalid> {
        if loops == LOOPS {
            return Err(Invalid(format!("more than {LOOPS} loops stand within one another")));
        }
        let rounds = self.rounds(&own.iter_range)?;
        let names = [Some(own.iter_var.as_str()), own.iter_var2.as_deref()];
        if let Some(name) = names.into_iter().flatten().find(|name| NAMES.contains(name)) {
            return Err(Invalid(format!("a loop cannot call its items “{name}”: that name is taken")));
        }
        let range = self.expression(&own.iter_range, depth, loops + 1)?;
        let known = self.own.len();
        self.own.extend(names.into_iter().flatten().chain([own.accu_var.as_str()]));
        let once = self.all(&[&own.accu_init, &own.result], depth, loops + 1)?;
        let round = self.all(&[&own.loop_cond, &own.loop_step], depth, loops + 1)?;
        self.own.truncate(known);
        Ok(rounds.saturating_mul(round).saturating_add(once).saturating_add(range))
    }

    /// How often a loop over this runs at most.
    fn rounds(&self, range: &IdedExpr) -> Result<u64, Invalid> {
        match &range.expr {
            Expr::Ident(name) if name == "systems" => Ok(SYSTEMS),
            Expr::List(list) => Ok(u64::try_from(list.elements.len()).unwrap_or(u64::MAX)),
            _ => Err(Invalid("a loop runs over systems, or over a list written out in its place".to_owned())),
        }
    }

    fn call(&mut self, call: &CallExpr, loops: usize) -> Result<(), Invalid> {
        function(&call.func_name)?;
        match call.func_name.as_str() {
            "matches" if loops > 0 => Err(Invalid("matches is not offered in a loop".to_owned())),
            "matches" => {
                let Some(Expr::Literal(LiteralValue::String(text))) = call.args.last().map(|arg| &arg.expr)
                else {
                    return Err(Invalid("the pattern of matches must be written out".to_owned()));
                };
                self.patterns = self.patterns.saturating_add(pattern::weight(text.inner())?);
                if self.patterns > PATTERNS {
                    return Err(Invalid("its patterns repeat too much".to_owned()));
                }
                Ok(())
            }
            // A text that is added to itself in each round would fill the memory.
            "_+_" if loops > 0 && !call.args.iter().any(is_harmless) => {
                Err(Invalid("in a loop only a number written out can be added".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn name(&self, name: &str) -> Result<(), Invalid> {
        if self.own.contains(&name) || NAMES.contains(&name) {
            return Ok(());
        }
        Err(Invalid(format!("there is no “{name}” here; there are {}", NAMES.join(", "))))
    }
}

/// What a sum in a loop may have on one side: a number, or the results that the loop gathers.
fn is_harmless(part: &IdedExpr) -> bool {
    match &part.expr {
        Expr::Literal(LiteralValue::Int(_) | LiteralValue::UInt(_) | LiteralValue::Double(_)) => true,
        Expr::Ident(name) => name.starts_with('@'),
        _ => false,
    }
}

fn no_objects() -> Invalid {
    Invalid("objects cannot be made here".to_owned())
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
