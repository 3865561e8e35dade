//! The masking rules of the installation over HTTP: which hold, setting them, their versions, and what they would make of a
//! record before they act.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use event::mask::{KEPT, Masked, OwnRule, Rules, mask, mask_reject};
use event::{Batch, FIELDS, Storage, Timestamp, field};
use intake::RECORD_BYTES_MAX;
use intake::enrich::enrich;
use keys::Permission::SettingsWrite;
use keys::Scope;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::answer;
use super::body;
use super::error::Problem;
use super::recorded::touched;
use super::route::{About, Answer, Call, Route, route};
use super::whole::sees_all;
use crate::app::App;
use crate::clock;
use crate::masks::{Masks, Refusal, Version, Wanted, checked};
use crate::reading::{Reader, Reading};
use crate::trail::actions::{MASKS_RESTORE, MASKS_SET, MASKS_TRY};

/// Rules of a version, written with blanks.
const BODY_BYTES_MAX: usize = 128 << 10;
/// One record, written as a JSON string, and rules.
const TRY_BYTES_MAX: usize = 2 * RECORD_BYTES_MAX + BODY_BYTES_MAX;

/// The routes of masking.
pub(crate) fn routes() -> Vec<Route> {
    let about = |text, answer| About::new(text, &[], answer);
    let path = "/api/v1/masks";
    vec![
        route(
            SettingsWrite,
            Method::GET,
            path,
            show,
            about("The masking rules on top of the defaults, and what a rule may name.", "Masks"),
        ),
        route(
            SettingsWrite,
            Method::POST,
            path,
            set,
            about("Sets the masking rules, all of them: a new version, for events from now on.", "Masks")
                .recorded(MASKS_SET)
                .takes("MasksBody"),
        ),
        route(
            SettingsWrite,
            Method::GET,
            "/api/v1/masks/versions",
            versions,
            about("Which rules held since when, who said so, and what changed.", "MaskVersions"),
        ),
        route(
            SettingsWrite,
            Method::GET,
            "/api/v1/masks/versions/{id}",
            version,
            about("The rules of one version.", "MaskVersion"),
        ),
        route(
            SettingsWrite,
            Method::POST,
            "/api/v1/masks/versions/{id}/restore",
            restore,
            about("Makes the rules of an earlier version hold again, as a new version.", "Masks")
                .recorded(MASKS_RESTORE),
        ),
        route(
            SettingsWrite,
            Method::POST,
            "/api/v1/masks/try",
            attempt,
            about("What would be kept of a record under rules, without keeping it.", "MaskTried")
                .recorded(MASKS_TRY)
                .takes("MaskTrial"),
        ),
    ]
}

/// Nobody says what is kept of what they do not see.
fn whole(scope: &Scope) -> Result<(), Problem> {
    sees_all(scope, "does not say what is masked in them")
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::Wrong(wrong) => Problem::bad(wrong),
            Refusal::Passed(_) => Problem::new(StatusCode::CONFLICT, refusal.to_string()),
        }
    }
}

/// `GET /masks`.
async fn show(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    answer::json(&call.app.catalog.with(|content| described(&content.masks)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    rules: Vec<OwnRule>,
    #[serde(default)]
    version: Option<u64>,
    #[serde(default)]
    note: String,
}

/// `POST /masks`.
async fn set(scope: Scope, mut call: Call) -> Answer {
    whole(&scope)?;
    let Body { rules, version, note } = body::read(&mut call, BODY_BYTES_MAX).await?;
    let wanted = Wanted { rules, over: version, by: scope.principal().name().to_owned(), note };
    changed(&call.app, |_| Ok(wanted))
}

/// `POST /masks/versions/{id}/restore`.
async fn restore(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let number = number(&call)?;
    let by = scope.principal().name().to_owned();
    changed(&call.app, |masks| {
        let rules = masks.version(number).ok_or_else(missing)?.rules.clone();
        Ok(Wanted { rules, over: None, by, note: format!("as in version {number}") })
    })
}

/// Makes rules hold: what comes after the answer is masked with them.
fn changed(app: &App, wanted: impl FnOnce(&Masks) -> Result<Wanted, Problem>) -> Answer {
    let masks = app.change(|content| {
        let wanted = wanted(&content.masks)?;
        content.masks.set(wanted, clock::now())?;
        Ok::<_, Problem>(content.masks.clone())
    })??;
    app.masking.follow(&app.catalog)?;
    Ok(touched(answer::json(&described(&masks))?, "masks", &format!("version {}", masks.number())))
}

fn number(call: &Call) -> Result<u64, Problem> {
    call.segment("id").and_then(|text| text.parse().ok()).ok_or_else(missing)
}

fn missing() -> Problem {
    Problem::missing("there is no such version, or it is one of those that are not kept any more")
}

/// `GET /masks/versions/{id}`.
async fn version(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let number = number(&call)?;
    let told = call.app.catalog.with(|content| {
        let version = content.masks.version(number)?;
        Some(json!({ "version": version.number, "at": Timestamp(version.at).to_string(), "by": version.by,
            "note": version.note, "rules": version.rules }))
    });
    answer::json(&told.ok_or_else(missing)?)
}

/// `GET /masks/versions`.
async fn versions(scope: Scope, call: Call) -> Answer {
    whole(&scope)?;
    let told = |(version, before): (&Version, Option<&Version>)| {
        let old = before.map_or(&[][..], |before| &before.rules);
        let added: Vec<&OwnRule> = version.rules.iter().filter(|rule| !old.contains(rule)).collect();
        let removed: Vec<&OwnRule> = old.iter().filter(|rule| !version.rules.contains(rule)).collect();
        json!({ "version": version.number, "at": Timestamp(version.at).to_string(), "by": version.by,
            "note": version.note, "rules": version.rules.len(), "added": added, "removed": removed })
    };
    let all: Vec<Value> = call.app.catalog.with(|content| content.masks.versions().map(told).collect());
    answer::json(&json!({ "versions": all }))
}

fn described(masks: &Masks) -> Value {
    let may = |field: &&event::Field| field.kind.storage() != Storage::Int && !KEPT.contains(&field.id);
    let since = masks.now();
    json!({
        "version": masks.number(),
        "at": since.map(|version| Timestamp(version.at).to_string()),
        "by": since.map(|version| version.by.clone()),
        "rules": masks.rules(),
        "fields": FIELDS.iter().filter(may).map(|field| json!({ "name": field.name, "label": field.label })).collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trial {
    /// One record as a gateway writes it.
    record: String,
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    source: Option<String>,
    /// Without, those that hold.
    #[serde(default)]
    rules: Option<Vec<OwnRule>>,
}

/// `POST /masks/try`.
async fn attempt(scope: Scope, mut call: Call) -> Answer {
    whole(&scope)?;
    let trial: Trial = body::read(&mut call, TRY_BYTES_MAX).await?;
    let _turn = call.app.gates.decoders.acquire().await.map_err(Problem::internal)?;
    let tried = tokio::task::block_in_place(|| tried(&call.app, &trial));
    answer::json(&tried?)
}

/// What would be kept, and where it is not what was sent.
#[derive(Serialize)]
struct Tried {
    event: Option<Box<RawValue>>,
    marks: Vec<Mark>,
    acted: Vec<usize>,
    rejects: Vec<Value>,
}

/// A value that is not kept as it came.
#[derive(Serialize)]
struct Mark {
    path: String,
    /// What the defaults leave of it, which is what the rules get to see.
    was: Option<String>,
    kept: Option<String>,
    /// `defaults` or `rules`.
    by: &'static str,
}

/// Reads a record as a delivery would be read, masks it with and without the rules, and keeps nothing of it.
fn tried(app: &App, trial: &Trial) -> Result<Tried, Problem> {
    let rules = match &trial.rules {
        Some(rules) => rules.clone(),
        None => app.catalog.with(|content| content.masks.rules().to_vec()),
    };
    let own = app.rules.clone().own(checked(&rules)?);
    let reader = Reading::new(trial.format.clone(), None).map_err(Problem::bad)?.reader(None)?;
    if matches!(reader, Some(Reader::Trail(_))) {
        return Err(Problem::bad(
            "rules act on access events; what gateways tell of operators is masked by the defaults",
        ));
    }
    let now = clock::now();
    let format = reader.as_ref().and_then(Reader::format);
    let options = intake::Options { format, received: Some(now), salt: None };
    let decoded = intake::decode_with(options, trial.record.as_bytes());
    let source = trial.source.as_deref().unwrap_or("try");
    let rejects = decoded.rejects.into_iter().map(|reject| {
        let reject = mask_reject(reject, source, &own);
        json!({ "line": reject.line, "reason": reject.reason, "excerpt": reject.excerpt })
    });
    let rejects = rejects.collect();
    let mut batch = decoded.batch;
    if batch.is_empty() {
        return Ok(Tried { event: None, marks: Vec::new(), acted: Vec::new(), rejects });
    }
    batch.fill_text(field::SOURCE, source);
    enrich(&mut batch, &app.known.get());
    let batch = batch.gather(&[0]);
    let sent = leaves(&batch);
    let defaults = shown(&batch, &app.rules);
    let left = leaves(&defaults);
    let acts = |rule: &OwnRule| {
        let alone = checked(std::slice::from_ref(rule)).ok()?;
        Some(leaves(&shown(&batch, &app.rules.clone().own(alone))) != left)
    };
    let acted = (0..).zip(&rules).filter(|(_, rule)| acts(rule) == Some(true)).map(|(at, _)| at).collect();
    let mut kept = shown(&batch, &own);
    let marks = marks(&sent, &left, &leaves(&kept));
    kept.set_numbers(field::SEQ, vec![0]);
    kept.set_numbers(field::RECEIVED, vec![now.0]);
    let event = RawValue::from_string(event::json::to_string(kept.row(0))).map_err(Problem::internal)?;
    Ok(Tried { event: Some(event), marks, acted, rejects })
}

fn shown(batch: &Batch, rules: &Rules) -> Masked<Batch> {
    mask(batch.clone(), rules)
}

/// Every value of the first event by its path; of pairs the name stands in the path.
fn leaves(batch: &Batch) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let text = event::json::to_string(batch.row(0));
    flatten(&serde_json::from_str(&text).unwrap_or_default(), String::new(), &mut out);
    out
}

fn flatten(value: &Value, path: String, out: &mut BTreeMap<String, String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| flatten(value, below(name), out)),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                match item.as_array().map(Vec::as_slice) {
                    Some([Value::String(name), value]) => flatten(value, below(name), out),
                    _ => flatten(item, below(&at.to_string()), out),
                }
            }
        }
        Value::Null => {}
        Value::String(text) => {
            out.entry(path).and_modify(|all| *all = format!("{all}, {text}")).or_insert_with(|| text.clone());
        }
        other => {
            out.insert(path, other.to_string());
        }
    }
}

fn marks(
    sent: &BTreeMap<String, String>,
    left: &BTreeMap<String, String>,
    kept: &BTreeMap<String, String>,
) -> Vec<Mark> {
    let mut paths: Vec<&String> = sent.keys().chain(left.keys()).chain(kept.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    let mark = |path: &String| {
        let [sent, was, kept] = [sent, left, kept].map(|side| side.get(path));
        let by = match (was == kept, sent == was) {
            (false, _) => "rules",
            (true, false) => "defaults",
            (true, true) => return None,
        };
        Some(Mark { path: path.clone(), was: was.cloned(), kept: kept.cloned(), by })
    };
    paths.into_iter().filter_map(mark).collect()
}
