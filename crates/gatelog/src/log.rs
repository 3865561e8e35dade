//! Our own log: one JSON object a line on stderr. JSON, so that nothing a client sends can forge a line or move a
//! terminal's cursor; and no value of type `Secret` can be passed in, because it cannot be displayed.

use std::fmt::Display;
use std::io::Write as _;

use crate::clock;

/// A name and what stands under it.
pub(crate) type Field<'a> = (&'a str, &'a dyn Display);

/// Something an operator wants to have read.
pub(crate) fn info(message: &str, fields: &[Field<'_>]) {
    write("info", message, fields);
}

/// Something an operator should look at.
pub(crate) fn warn(message: &str, fields: &[Field<'_>]) {
    write("warn", message, fields);
}

/// Something that keeps us from doing our work.
pub(crate) fn error(message: &str, fields: &[Field<'_>]) {
    write("error", message, fields);
}

fn write(level: &str, message: &str, fields: &[Field<'_>]) {
    let mut line = line(level, message, fields);
    line.push('\n');
    // Nobody can be told when the log cannot be written.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

fn line(level: &str, message: &str, fields: &[Field<'_>]) -> String {
    let mut line = format!("{{\"time\":\"{}\",\"level\":\"{level}\",\"message\":", clock::now());
    event::json::string(&mut line, message);
    for (name, value) in fields {
        line.push(',');
        event::json::string(&mut line, name);
        line.push(':');
        event::json::string(&mut line, &value.to_string());
    }
    line.push('}');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        let line = line("info", "a\nb", &[("path", &"\u{1b}[2J\"")]);
        assert!(line.ends_with(r#""level":"info","message":"a\nb","path":"\u001b[2J\""}"#), "{line}");
    }
}
