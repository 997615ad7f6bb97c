//! What a regular expression weighs before it is compiled.

use crate::domain::compare::Invalid;

/// Bytes of a pattern.
const LONGEST: usize = 200;
/// How often a pattern may repeat by count, repetitions within one another multiplied.
const MOST: u64 = 100;
/// What a class of letters of every script counts: it is compiled to many states.
const CLASS: u64 = 4;

/// About how many parts are compiled: each letter and class, as often as its counts repeat it.
///
/// # Errors
/// The pattern is too long, or its counts multiply to more than [`MOST`].
pub fn weight(pattern: &str) -> Result<u64, Invalid> {
    if pattern.len() > LONGEST {
        return Err(Invalid(format!(
            "a pattern has at most {LONGEST} bytes, this one has {}",
            pattern.len()
        )));
    }
    let mut reading = Reading { open: vec![Part::default()], last: Part::default() };
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '(' => reading.begin(),
            ')' => reading.end(),
            '{' => {
                let count: String = characters.by_ref().take_while(|own| *own != '}').collect();
                reading.repeat(largest(&count));
            }
            '[' => reading.part(class(&mut characters)),
            '\\' => reading.part(escape(&mut characters)),
            _ => reading.part(1),
        }
    }
    while reading.open.len() > 1 {
        reading.end();
    }
    reading.keep();
    let all = reading.open.pop().unwrap_or_default();
    if all.repeats > MOST {
        return Err(Invalid(format!("a pattern repeats by count at most {MOST} times in all")));
    }
    Ok(all.weight)
}

#[derive(Clone, Copy, Default)]
struct Part {
    weight: u64,
    /// The largest product of the counts within one another.
    repeats: u64,
}

struct Reading {
    /// The groups that are open, the pattern itself the first.
    open: Vec<Part>,
    /// What a count after it repeats.
    last: Part,
}

impl Reading {
    fn keep(&mut self) {
        let last = std::mem::take(&mut self.last);
        if let Some(group) = self.open.last_mut() {
            group.weight = group.weight.saturating_add(last.weight);
            group.repeats = group.repeats.max(last.repeats);
        }
    }

    fn part(&mut self, weight: u64) {
        self.keep();
        self.last = Part { weight, repeats: 1 };
    }

    fn begin(&mut self) {
        self.keep();
        self.open.push(Part::default());
    }

    fn end(&mut self) {
        self.keep();
        // A bracket too many: the pattern cannot be compiled, and there is no answer.
        if self.open.len() > 1 {
            self.last = self.open.pop().unwrap_or_default();
        }
    }

    fn repeat(&mut self, count: u64) {
        self.last.weight = self.last.weight.saturating_mul(count.max(1));
        self.last.repeats = self.last.repeats.max(1).saturating_mul(count.max(1));
    }
}

/// The larger number of `3`, `3,` or `3,5`.
fn largest(count: &str) -> u64 {
    count.split(',').filter_map(|number| number.trim().parse().ok()).max().unwrap_or(1)
}

/// What stands between square brackets; classes may stand within one another.
fn class(characters: &mut std::str::Chars<'_>) -> u64 {
    let (mut weight, mut depth) = (1, 1_usize);
    let mut first = true;
    while let Some(character) = characters.next() {
        match character {
            '[' => depth += 1,
            // A closing bracket that stands first is one of the class.
            ']' if first => {}
            ']' => depth -= 1,
            '\\' => weight = weight.max(escape(characters)),
            _ => {}
        }
        first = first && character == '^';
        if depth == 0 {
            break;
        }
    }
    weight
}

fn escape(characters: &mut std::str::Chars<'_>) -> u64 {
    match characters.next() {
        Some('w' | 'W' | 'd' | 'D' | 's' | 'S' | 'b' | 'B') => CLASS,
        Some('p' | 'P') => {
            // `\pL` or `\p{Letter}`: its name is no count.
            if characters.next() == Some('{') {
                let _ = characters.by_ref().find(|own| *own == '}');
            }
            CLASS
        }
        Some('x' | 'u' | 'U') if characters.as_str().starts_with('{') => {
            let _ = characters.by_ref().find(|own| *own == '}');
            1
        }
        _ => 1,
    }
}
