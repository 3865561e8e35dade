//! From text to a filter. Bounded in length, depth and number of values.
//!
//! ```text
//! any   = all ("OR" all)*
//! all   = part (["AND"] part)*
//! part  = ("-" | "NOT") part | "(" any ")" | term
//! term  = name (":" | "~") value ("," value)* | word | "quoted words"
//! ```

use super::{BYTES_MAX, DEPTH_MAX, Fault, Node, TERMS_MAX, Target, Term, Test, names, value};

pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut parser = Parser { text, at: 0, terms: 0, depth: 0 };
    if text.len() > BYTES_MAX {
        return Err(parser.fault(BYTES_MAX, format!("a filter has at most {BYTES_MAX} bytes")));
    }
    parser.spaces();
    if parser.at == text.len() {
        return Ok(Node::All(Vec::new()));
    }
    let node = parser.any()?;
    parser.spaces();
    if parser.at < text.len() {
        return Err(parser.fault(parser.at, "this parenthesis closes nothing"));
    }
    Ok(node)
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    terms: usize,
    depth: usize,
}

/// A value as written.
pub(super) struct Raw {
    pub(super) text: String,
    pub(super) quoted: bool,
    /// A star follows the quotes.
    pub(super) begins: bool,
    pub(super) at: usize,
}

impl Parser<'_> {
    pub(super) fn fault(&self, at: usize, detail: impl Into<String>) -> Fault {
        let position = self.text.char_indices().take_while(|(byte, _)| *byte < at).count();
        Fault { detail: detail.into(), position, suggestions: Vec::new() }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes a keyword, which stands alone.
    fn keyword(&mut self, word: &str) -> bool {
        let found = self
            .rest()
            .strip_prefix(word)
            .is_some_and(|rest| rest.chars().next().is_none_or(|c| c.is_whitespace() || c == '('));
        if found {
            self.at += word.len();
            self.spaces();
        }
        found
    }

    fn any(&mut self) -> Result<Node, Fault> {
        let mut parts = vec![self.all()?];
        loop {
            self.spaces();
            if !self.keyword("OR") {
                break;
            }
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Node::Any(parts) })
    }

    fn all(&mut self) -> Result<Node, Fault> {
        let mut parts = Vec::new();
        loop {
            self.spaces();
            if !parts.is_empty() && self.keyword("AND") {
                self.spaces();
            }
            let alternative = self
                .rest()
                .strip_prefix("OR")
                .is_some_and(|r| r.chars().next().is_none_or(|c| c.is_whitespace() || c == '('));
            match self.peek() {
                None | Some(')') => break,
                Some(_) if alternative && !parts.is_empty() => break,
                Some(_) if alternative => return Err(self.fault(self.at, "OR needs something on both sides")),
                Some(_) => {
                    match self.part()? {
                        Node::All(inner) => parts.extend(inner),
                        part => parts.push(part),
                    }
                    // Else `"a"b` would be two words here and one in the filter bar.
                    if self.peek().is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | ')')) {
                        return Err(self.fault(self.at, "a space is missing here"));
                    }
                }
            }
        }
        match parts.len() {
            0 => Err(self.fault(self.at, "something to look for is missing here")),
            1 => Ok(parts.swap_remove(0)),
            _ => Ok(Node::All(parts)),
        }
    }

    fn part(&mut self) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(
                self.fault(self.at, format!("parentheses and negations nest at most {DEPTH_MAX} deep"))
            );
        }
        let start = self.at;
        let node = if self.keyword("NOT") || self.dash() {
            self.spaces();
            match self.part()? {
                Node::Not(inner) => *inner,
                part => Node::Not(Box::new(part)),
            }
        } else if self.peek() == Some('(') {
            self.at += 1;
            let inner = self.any()?;
            self.spaces();
            if self.peek() != Some(')') {
                return Err(self.fault(start, "this parenthesis is not closed"));
            }
            self.at += 1;
            inner
        } else {
            Node::Term(self.term()?)
        };
        self.depth -= 1;
        Ok(node)
    }

    fn dash(&mut self) -> bool {
        let found =
            self.peek() == Some('-') && self.rest().chars().nth(1).is_some_and(|c| !c.is_whitespace());
        self.at += usize::from(found);
        found
    }

    fn term(&mut self) -> Result<Term, Fault> {
        let start = self.at;
        let name_len =
            self.rest().bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
        let name = self.rest().get(..name_len).unwrap_or("").to_owned();
        let sign = self.rest().get(name_len..).and_then(|rest| rest.chars().next());
        if name.is_empty() || !matches!(sign, Some(':' | '~')) {
            return self.free();
        }
        let Some(target) = names::resolve(&name) else {
            let mut fault = self.fault(start, format!("there is no field {name}"));
            fault.suggestions = names::near(&name);
            if fault.suggestions.is_empty() {
                let word = self.rest().split_whitespace().next().unwrap_or("").replace('"', "");
                fault.detail.push_str("; put words with a colon in quotes to search for them");
                fault.suggestions.push(format!("\"{word}\""));
            }
            return Err(fault);
        };
        self.at += name_len + usize::from(sign == Some(':'));
        let mut tests = Vec::new();
        loop {
            tests.extend(self.tests(target, &name)?);
            if self.peek() != Some(',') {
                break;
            }
            self.at += 1;
        }
        Ok(Term { target, tests })
    }

    fn count_one(&mut self) -> Result<(), Fault> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            return Err(self.fault(self.at, format!("a filter compares with at most {TERMS_MAX} values")));
        }
        Ok(())
    }

    /// A word without a field.
    fn free(&mut self) -> Result<Term, Fault> {
        self.count_one()?;
        let raw = self.raw(false)?;
        if raw.text.is_empty() {
            return Err(self.fault(raw.at, "something to look for is missing here"));
        }
        Ok(Term { target: Target::Free, tests: vec![Test::Contains(raw.text)] })
    }

    fn tests(&mut self, target: Target, name: &str) -> Result<Vec<Test>, Fault> {
        self.count_one()?;
        let start = self.at;
        if self.peek() == Some('~') {
            self.at += 1;
            if let Some(source) = self.regex() {
                let test = value::regex(source).map_err(|detail| self.fault(start, detail))?;
                return Ok(vec![test]);
            }
            let raw = self.raw(true)?;
            let test = value::contains(target, &raw).map_err(|detail| self.fault(start, detail))?;
            return Ok(vec![test]);
        }
        let sign_len = self.rest().bytes().take(2).take_while(|b| matches!(b, b'>' | b'<' | b'=')).count();
        let sign = self.rest().get(..sign_len).unwrap_or("").to_owned();
        self.at += sign_len;
        let raw = self.raw(true)?;
        value::tests(target, name, &sign, &raw).map_err(|(detail, suggestions)| {
            let mut fault = self.fault(raw.at, detail);
            fault.suggestions = suggestions;
            fault
        })
    }

    /// `/…/`, when there is one: it holds `\x20` for a space and `\/` for a slash.
    fn regex(&mut self) -> Option<String> {
        let body = self.rest().strip_prefix('/')?;
        let mut escaped = false;
        for (at, c) in body.char_indices() {
            let after = body.get(at + 1..).and_then(|rest| rest.chars().next());
            match c {
                c if c.is_whitespace() => return None,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '/' if after.is_none_or(|c| c.is_whitespace() || matches!(c, ')' | ',')) => {
                    let source = body.get(..at)?.replace("\\/", "/");
                    self.at += at + 2;
                    return Some(source);
                }
                _ => {}
            }
        }
        None
    }

    /// A word or a quoted text.
    fn raw(&mut self, in_list: bool) -> Result<Raw, Fault> {
        let at = self.at;
        if self.peek() != Some('"') {
            let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"') || (in_list && c == ',');
            let len = self.rest().find(ends).unwrap_or(self.rest().len());
            let text = self.rest().get(..len).unwrap_or("").to_owned();
            self.at += len;
            if text.is_empty() {
                return Err(self.fault(at, "a value is missing here; \"\" means empty"));
            }
            return Ok(Raw { text, quoted: false, begins: false, at });
        }
        let (mut text, mut escaped) = (String::new(), false);
        let body = self.text.get(at + 1..).unwrap_or("");
        for (offset, c) in body.char_indices() {
            match c {
                '"' if !escaped => {
                    self.at = at + offset + 2;
                    let begins = self.peek() == Some('*');
                    self.at += usize::from(begins);
                    return Ok(Raw { text, quoted: true, begins, at });
                }
                '\\' if !escaped => escaped = true,
                c => {
                    if escaped && !matches!(c, '"' | '\\') {
                        text.push('\\');
                    }
                    text.push(c);
                    escaped = false;
                }
            }
        }
        Err(self.fault(at, "this quote is not closed"))
    }
}
