//! Text that a person reads comes from the message files, never from a template.

/// Attributes that a person reads or hears.
const READ: &[&str] =
    &["title", "alt", "placeholder", "aria-label", "aria-description", "aria-roledescription"];

/// Literal words that are the same in every language.
const ALLOWED: &[&str] = &["Referee"];

/// Everything literal in one template; `file` is its path below `templates/`.
pub fn judge(file: &str, source: &str) -> Vec<String> {
    let plain = without_code(source);
    let chars: Vec<char> = plain.chars().collect();
    let (mut at, mut wrong) = (0, Vec::new());
    let mut say = |at: usize, text: &str| {
        let shown = text.trim();
        let words = shown.trim_matches(|c: char| !c.is_alphanumeric());
        if literal(shown) && !ALLOWED.contains(&words) {
            let blank = text.chars().take_while(|c| c.is_whitespace()).count();
            let line = 1 + chars[..at + blank].iter().filter(|c| **c == '\n').count();
            wrong.push(format!("templates/{file}:{line}: literal text: {shown:?}"));
        }
    };
    while at < chars.len() {
        let end = if chars[at] == '<' { tag_end(&chars, at) } else { text_end(&chars, at) };
        let piece: String = chars[at..end].iter().collect();
        if chars[at] != '<' {
            say(at, &piece);
        } else if !piece.starts_with("<!") {
            attributes(&piece).into_iter().filter(|(name, _)| READ.contains(&name.as_str())).for_each(
                |(_, text)| {
                    say(at, &text);
                },
            );
        }
        at = end;
        // What a script or a style holds is not read by a person.
        for name in ["script", "style"] {
            if piece.starts_with(&format!("<{name}")) && !piece.ends_with("/>") {
                at = find(&chars, at, &format!("</{name}")).unwrap_or(chars.len());
            }
        }
    }
    wrong
}

/// Whether a letter is left when the entities (`&nbsp;`) are taken out.
fn literal(text: &str) -> bool {
    let mut rest = text.to_string();
    while let Some(from) = rest.find('&') {
        let Some(length) = rest[from..].find(';') else { break };
        rest.replace_range(from..=from + length, " ");
    }
    rest.chars().any(char::is_alphabetic)
}

/// The template with `{{ }}`, `{% %}` and `{# #}` blanked, line ends kept. So is what stands in a
/// block whose name ends in `_class`: the name of a style.
fn without_code(source: &str) -> String {
    let (mut out, mut rest) = (String::new(), source);
    let mut style = false;
    while let Some((from, close)) = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")]
        .iter()
        .filter_map(|(open, close)| rest.find(open).map(|at| (at, *close)))
        .min()
    {
        out.push_str(if style { "" } else { &rest[..from] });
        let end = rest[from..].find(close).map_or(rest.len(), |at| from + at + close.len());
        let words: Vec<&str> = rest[from..end].split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        style = words.contains(&"block") && words.iter().any(|word| word.ends_with("_class"));
        out.extend(rest[from..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    out + rest
}

fn text_end(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '<').map_or(chars.len(), |length| at + length)
}

/// Past the `>` that closes a tag, one inside quotes not counted; past `-->` for a comment.
fn tag_end(chars: &[char], at: usize) -> usize {
    if chars[at..].starts_with(&['<', '!', '-', '-']) {
        return find(chars, at, "-->").map_or(chars.len(), |end| end + 3);
    }
    let mut quote = None;
    for (offset, c) in chars[at..].iter().enumerate() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(*c),
            (Some(open), _) if open == *c => quote = None,
            (None, '>') => return at + offset + 1,
            _ => {}
        }
    }
    chars.len()
}

fn find(chars: &[char], from: usize, text: &str) -> Option<usize> {
    let text: Vec<char> = text.chars().collect();
    (from..chars.len()).find(|at| chars[*at..].starts_with(&text))
}

/// The attributes of a tag with their values.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for quote in ['"', '\''] {
        let mut rest = tag;
        while let Some(at) = rest.find(&format!("={quote}")) {
            let name =
                rest[..at].rsplit(|c: char| c.is_whitespace() || c == quote).next().unwrap_or_default();
            let value = rest[at + 2..].split(quote).next().unwrap_or_default();
            found.push((name.to_string(), value.to_string()));
            rest = &rest[at + 2 + value.len()..];
        }
    }
    found
}
