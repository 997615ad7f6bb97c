//! Reads Rust source far enough to know which paths it names: no macros expanded, no types known.

/// One token: a word, a literal string, or one punctuation character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Word(String),
    Text,
    Mark(char),
}

/// A token and its line, counted from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub line: usize,
    pub kind: Kind,
}

impl Token {
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// A path as it was written, absolute: `["crate", "store", "Db"]` or `["sqlx", "query"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    pub path: Vec<String>,
}

/// The tokens of a source text; comments and the insides of literals are left out.
pub fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let (mut at, mut line, mut found) = (0, 1, Vec::new());
    while at < chars.len() {
        let (length, kind) = next(&chars[at..]);
        if let Some(kind) = kind {
            found.push(Token { line, kind });
        }
        line += chars[at..at + length].iter().filter(|c| **c == '\n').count();
        at += length;
    }
    found
}

/// How many characters the next piece takes, and what it is if it counts.
fn next(rest: &[char]) -> (usize, Option<Kind>) {
    let first = rest[0];
    let second = rest.get(1).copied().unwrap_or(' ');
    match (first, second) {
        ('/', '/') => (rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()), None),
        ('/', '*') => (block_comment(rest), None),
        ('"', _) => (quoted(rest, '"'), Some(Kind::Text)),
        ('b' | 'c', '"') => (1 + quoted(&rest[1..], '"'), Some(Kind::Text)),
        ('\'', _) => character(rest),
        _ if raw(rest).is_some() => (raw(rest).unwrap_or(1), Some(Kind::Text)),
        _ if first.is_alphanumeric() || first == '_' => word(rest),
        _ if first.is_whitespace() => (1, None),
        _ => (1, Some(Kind::Mark(first))),
    }
}

fn word(rest: &[char]) -> (usize, Option<Kind>) {
    let length = rest.iter().position(|c| !c.is_alphanumeric() && *c != '_').unwrap_or(rest.len());
    (length, Some(Kind::Word(rest[..length].iter().collect())))
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at + 1 < rest.len() {
        match (rest[at], rest[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &[char], end: char) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != end {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// A character literal, or else a lifetime, of which nothing is kept.
fn character(rest: &[char]) -> (usize, Option<Kind>) {
    match (rest.get(1), rest.get(2)) {
        (Some('\\'), _) => (quoted(rest, '\''), Some(Kind::Text)),
        (Some(_), Some('\'')) => (3, Some(Kind::Text)),
        _ => (1 + word(&rest[1..]).0, None),
    }
}

/// The length of a raw string (`r"`, `br#"`, `cr##"`), if one begins here.
fn raw(rest: &[char]) -> Option<usize> {
    let prefix = match (rest[0], rest.get(1)) {
        ('r', _) => 1,
        ('b' | 'c', Some('r')) => 2,
        _ => return None,
    };
    let hashes = rest[prefix..].iter().take_while(|c| **c == '#').count();
    let open = prefix + hashes;
    if rest.get(open) != Some(&'"') {
        return None;
    }
    let closed = |at: &usize| {
        rest[*at] == '"' && rest[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    Some((open + 1..rest.len()).find(closed).map_or(rest.len(), |at| at + 1 + hashes))
}

/// Every path of two parts or more, and every import, made absolute from `module`, the place of
/// the file in the crate (`["domain", "value"]`).
pub fn paths(tokens: &[Token], module: &[String]) -> Vec<Named> {
    let (mut found, mut at) = (Vec::new(), 0);
    // Modules written inside the file, with the depth of braces at which each ends.
    let (mut depth, mut inner): (usize, Vec<(usize, String)>) = (0, Vec::new());
    while at < tokens.len() {
        let here =
            || module.iter().cloned().chain(inner.iter().map(|(_, name)| name.clone())).collect::<Vec<_>>();
        let token = &tokens[at];
        if token.word() == Some("mod") && tokens.get(at + 2).is_some_and(|t| t.is('{')) {
            inner.push((depth, tokens[at + 1].word().unwrap_or_default().to_string()));
            at += 2;
        } else if token.word() == Some("use") {
            let end = at + tokens[at..].iter().position(|t| t.is(';')).unwrap_or(tokens.len() - at);
            tree(&tokens[at + 1..end], &[], &mut |line, path| {
                found.push(Named { line, path: absolute(path, &here()) });
            });
            at = end;
        } else if token.word().is_some() {
            let (path, taken) = chain(&tokens[at..]);
            if path.len() > 1 {
                found.push(Named { line: token.line, path: absolute(&path, &here()) });
            }
            at += taken;
        } else {
            if token.is('{') {
                depth += 1;
            } else if token.is('}') {
                depth = depth.saturating_sub(1);
                inner.retain(|(outer, _)| *outer < depth);
            }
            at += 1;
        }
    }
    found
}

/// The words joined by `::` from here, and how many tokens they take.
fn chain(tokens: &[Token]) -> (Vec<String>, usize) {
    let (mut path, mut at) = (Vec::new(), 0);
    while let Some(word) = tokens.get(at).and_then(Token::word) {
        path.push(word.to_string());
        at += 1;
        if !(tokens.get(at).is_some_and(|t| t.is(':')) && tokens.get(at + 1).is_some_and(|t| t.is(':'))) {
            break;
        }
        at += 2;
    }
    (path, at)
}

/// Calls `each` with every path of a `use` tree.
fn tree(tokens: &[Token], before: &[String], each: &mut dyn FnMut(usize, &[String])) {
    let start = tokens.iter().position(|t| t.word().is_some() || t.is('{')).unwrap_or(0);
    let Some(first) = tokens.get(start) else { return };
    let (own, taken) = chain(&tokens[start..]);
    let path: Vec<String> = before.iter().cloned().chain(own).collect();
    let rest = &tokens[start + taken..];
    if !rest.first().is_some_and(|t| t.is('{')) {
        return each(first.line, &path);
    }
    let (mut depth, mut from) = (0, 1);
    for (at, token) in rest.iter().enumerate() {
        match token.kind {
            Kind::Mark('{') => depth += 1,
            Kind::Mark('}') => depth -= 1,
            _ => {}
        }
        let ends = (depth == 0 && token.is('}')) || (depth == 1 && token.is(','));
        if ends && from < at {
            tree(&rest[from..at], &path, each);
        }
        if ends {
            from = at + 1;
        }
    }
}

/// Replaces `self` and `super` at the front by the place they mean.
fn absolute(path: &[String], module: &[String]) -> Vec<String> {
    let first = path.first().map_or("", String::as_str);
    if first == "referee" {
        return std::iter::once("crate".to_string()).chain(path[1..].iter().cloned()).collect();
    }
    if first != "self" && first != "super" {
        return path.to_vec();
    }
    let ups = path.iter().filter(|part| *part == "super").count();
    let rest = path.iter().skip_while(|part| *part == "self" || *part == "super").cloned();
    let kept = module[..module.len().saturating_sub(ups)].iter().cloned();
    std::iter::once("crate".to_string()).chain(kept).chain(rest).collect()
}
