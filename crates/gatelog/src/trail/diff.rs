//! What changed between two JSON texts: the members that are not the same, by their paths.

use serde::Serialize;
use serde_json::Value;

/// Differences told of one act at most.
const CHANGES_MAX: usize = 1_000;
/// How deep values are compared member by member; deeper ones are compared whole.
const DEPTH_MAX: usize = 32;

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Change {
    /// Where, as a JSON pointer.
    path: String,
    /// What it was; absent when it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// What it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

/// The differences of two texts; a text that is no JSON is compared whole, an empty one says nothing.
pub(crate) fn diff(before: &str, after: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    walk(read(before).as_ref(), read(after).as_ref(), &mut String::new(), 0, &mut changes);
    changes
}

/// A text as JSON where it is JSON.
pub(crate) fn read(text: &str) -> Option<Value> {
    match text {
        "" => None,
        text => Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))),
    }
}

fn walk(
    before: Option<&Value>,
    after: Option<&Value>,
    path: &mut String,
    depth: usize,
    out: &mut Vec<Change>,
) {
    if before == after || out.len() >= CHANGES_MAX {
        return;
    }
    let (mut names, end): (Vec<String>, usize) = (Vec::new(), path.len());
    if depth < DEPTH_MAX {
        match (before, after) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                names = before
                    .keys()
                    .chain(after.keys().filter(|name| !before.contains_key(*name)))
                    .cloned()
                    .collect();
            }
            (Some(Value::Array(before)), Some(Value::Array(after))) => {
                names = (0..before.len().max(after.len())).map(|at| at.to_string()).collect();
            }
            _ => {}
        }
    }
    if names.is_empty() {
        out.push(Change { path: path.clone(), before: before.cloned(), after: after.cloned() });
    }
    for name in names {
        path.push('/');
        path.push_str(&name.replace('~', "~0").replace('/', "~1"));
        walk(member(before, &name), member(after, &name), path, depth + 1, out);
        path.truncate(end);
    }
}

fn member<'v>(value: Option<&'v Value>, name: &str) -> Option<&'v Value> {
    match value? {
        Value::Object(members) => members.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_differ_by_their_paths() {
        let told = |before: &str, after: &str| serde_json::to_string(&diff(before, after)).unwrap();
        assert_eq!(
            told(r#"{"a":1,"b":{"c":[1,2],"d/e":0}}"#, r#"{"a":1,"b":{"c":[1,3,4]}}"#),
            r#"[{"path":"/b/c/1","before":2,"after":3},{"path":"/b/c/2","after":4},{"path":"/b/d~1e","before":0}]"#
        );
        assert_eq!(told("", r#"{"a":1}"#), r#"[{"path":"","after":{"a":1}}]"#);
        assert_eq!(told("cut off {", ""), r#"[{"path":"","before":"cut off {"}]"#);
        assert_eq!(told("[1]", "[1]"), "[]");
        let deep = |leaf: &str| format!("{}{leaf}{}", "[".repeat(60), "]".repeat(60));
        assert_eq!(diff(&deep("1"), &deep("2")).len(), 1);
        let long: Vec<usize> = (0..5_000).collect();
        assert_eq!(diff(&format!("{long:?}"), &format!("{:?}", vec![9_999; 5_000])).len(), CHANGES_MAX);
    }
}
