//! Usage plans and API keys of AWS API Gateway. A key may be on several plans, of which one counts for an API and stage
//! (contract C21): a plan says what it covers, a key which plans it is on, and the join takes the one that fits.

use std::collections::{BTreeMap, BTreeSet};

use super::importers::{Importer, Read};
use super::listed::{Listed, list};
use super::model::{Api, Cover, Customer, Key, Period, Plan, Quota, Snapshot, Throttle};
use super::{Document, Fault, check};

/// What `relay` fetches from AWS.
pub(super) const AWS: Importer = Importer {
    name: "aws",
    doc: "Usage plans and API keys of AWS API Gateway, as they are pulled: `{\"usage_plans\":[{…,\"keys\":[…]}],\"api_keys\":[…],\"rest_apis\":[…]}`.",
    recognises: |document| document.member("usage_plans").is_some(),
    read,
};

fn read(document: &Document) -> Result<Read, Fault> {
    let mut snapshot = Snapshot::default();
    let mut plans_of = BTreeMap::<String, Vec<String>>::new();
    let mut names = BTreeMap::<String, String>::new();
    let mut stages = BTreeMap::<String, BTreeSet<String>>::new();
    for entry in list(document, "usage_plans")? {
        let plan = plan(&entry)?;
        for cover in &plan.covers {
            stages.entry(cover.api.clone()).or_default().extend(cover.stage.clone());
        }
        for key in entry.inside("keys")? {
            let id = key.text("id").ok_or_else(|| key.fault("has no id"))?;
            names.insert(id.clone(), key.text("name").unwrap_or_default());
            plans_of.entry(id).or_default().extend(plan.id.clone());
        }
        snapshot.plans.push(plan);
    }
    let mut customers = BTreeSet::new();
    for entry in list(document, "api_keys")? {
        let id = entry.text("id").ok_or_else(|| entry.fault("has no id"))?;
        names.remove(&id);
        let name = entry.text("name").unwrap_or_default();
        // AWS has a member for the customer; who leaves it empty names the key after the customer.
        let customer =
            entry.text("customerId").or_else(|| Some(name.clone()).filter(|name| !name.is_empty()));
        customers.extend(customer.clone());
        let plans = plans_of.remove(&id).unwrap_or_default();
        snapshot.keys.push(Key { id, name, customer, plans, tags: entry.tags("tags"), ..Key::default() });
    }
    // Keys on a plan that the list of keys does not have: deleted meanwhile, or not ours to list.
    for (id, name) in names {
        let plans = plans_of.remove(&id).unwrap_or_default();
        let customer = Some(name.clone()).filter(|name| !name.is_empty());
        customers.extend(customer.clone());
        snapshot.keys.push(Key { id, name, customer, plans, ..Key::default() });
    }
    snapshot.customers = customers.into_iter().map(|name| Customer { name, ..Customer::default() }).collect();
    for entry in list(document, "rest_apis")? {
        let id = entry.text("id").ok_or_else(|| entry.fault("has no id"))?;
        let name = entry.text("name").unwrap_or_else(|| id.clone());
        let stages = stages.remove(&id).unwrap_or_default().into_iter().collect();
        snapshot.apis.push(Api {
            id: Some(id),
            name,
            stages,
            version: entry.text("version"),
            ..Api::default()
        });
    }
    for (id, stages) in stages {
        let (name, stages) = (id.clone(), stages.into_iter().collect());
        snapshot.apis.push(Api { id: Some(id), name, stages, ..Api::default() });
    }
    let notes = check::check(&mut snapshot)?;
    Ok(Read { snapshot, notes })
}

fn plan(entry: &Listed) -> Result<Plan, Fault> {
    let id = entry.text("id").ok_or_else(|| entry.fault("has no id"))?;
    let mut covers = Vec::new();
    for stage in entry.inside("apiStages")? {
        let api = stage.text("apiId").ok_or_else(|| stage.fault("has no apiId"))?;
        covers.push(Cover { api, stage: stage.text("stage") });
    }
    Ok(Plan {
        name: entry.text("name").unwrap_or_else(|| id.clone()),
        id: Some(id),
        quota: quota(entry)?,
        throttle: throttle(entry),
        covers,
        tags: entry.tags("tags"),
    })
}

fn quota(entry: &Listed) -> Result<Option<Quota>, Fault> {
    let Some(quota) = entry.get("quota") else { return Ok(None) };
    let Some(limit) = quota.get("limit").and_then(serde_json::Value::as_u64).filter(|limit| *limit > 0)
    else {
        return Ok(None);
    };
    let period = match quota.get("period").and_then(serde_json::Value::as_str) {
        Some("DAY") => Period::Day,
        Some("WEEK") => Period::Week,
        Some("MONTH") => Period::Month,
        other => return Err(entry.fault(format!("{:?} is no period of a quota", other.unwrap_or_default()))),
    };
    Ok(Some(Quota { limit, period }))
}

fn throttle(entry: &Listed) -> Option<Throttle> {
    let throttle = entry.get("throttle")?;
    let rate = throttle.get("rateLimit")?.as_f64().filter(|rate| *rate > 0.0)?;
    let burst = throttle.get("burstLimit").and_then(serde_json::Value::as_f64).map(|burst| burst as u64);
    Some(Throttle { rate, burst: burst.filter(|burst| *burst > 0) })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(value: Value) -> Result<Read, Fault> {
        let document = Document::parse(value.to_string())?;
        assert!((AWS.recognises)(&document));
        read(&document)
    }

    #[test]
    fn a_key_on_two_plans_is_on_both() {
        let plan = |id: &str, stage: &str, keys: Value| {
            json!({"id": id, "name": format!("plan {id}"), "apiStages": [{"apiId": "a1b2", "stage": stage, "throttle": {"/pets/GET": {"rateLimit": 1.0}}}],
                "throttle": {"burstLimit": 20, "rateLimit": 10.5}, "quota": {"limit": 1000, "offset": 0, "period": "MONTH"}, "keys": keys})
        };
        let Read { snapshot, notes } = parse(json!({
            "usage_plans": [
                plan("p1", "prod", json!([{"id": "k1", "type": "API_KEY", "name": "acme-1"}, {"id": "k9", "name": "gone"}])),
                plan("p2", "test", json!([{"id": "k1", "type": "API_KEY", "name": "acme-1"}])),
                {"id": "p3", "name": "no limits"},
            ],
            "api_keys": [
                {"id": "k1", "name": "acme-1", "customerId": "Acme", "enabled": true, "tags": {"tier": "gold"}},
                {"id": "k2", "name": "Solo Ltd"},
            ],
            "rest_apis": [{"id": "a1b2", "name": "Pets"}],
        }))
        .unwrap();
        let keys: Vec<_> = snapshot
            .keys
            .iter()
            .map(|k| (&*k.id, k.customer.as_deref().unwrap(), k.plans.join(",")))
            .collect();
        assert_eq!(
            keys,
            [
                ("k1", "Acme", "p1,p2".to_owned()),
                ("k2", "Solo Ltd", String::new()),
                ("k9", "gone", "p1".to_owned())
            ]
        );
        assert_eq!(snapshot.plans[0].covers, [Cover { api: "a1b2".into(), stage: Some("prod".into()) }]);
        assert_eq!(snapshot.plans[0].quota, Some(Quota { limit: 1000, period: Period::Month }));
        assert_eq!(snapshot.plans[1].throttle, Some(Throttle { rate: 10.5, burst: Some(20) }));
        assert_eq!((snapshot.plans[2].quota.as_ref(), snapshot.plans[2].throttle.as_ref()), (None, None));
        assert_eq!(
            (&*snapshot.apis[0].name, &snapshot.apis[0].stages[..]),
            ("Pets", &["prod".to_owned(), "test".to_owned()][..])
        );
        assert_eq!(snapshot.keys[0].tags, ["tier=gold"]);
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn faults_name_the_place() {
        let fault = parse(
            json!({"usage_plans": [{"id": "p1", "name": "gold", "quota": {"limit": 5, "period": "YEAR"}}]}),
        );
        assert_eq!(fault.unwrap_err().to_string(), "usage_plans[0] gold: \"YEAR\" is no period of a quota");
        let fault = parse(json!({"usage_plans": [{"id": "p1", "apiStages": [{"stage": "prod"}]}]}));
        assert_eq!(fault.unwrap_err().to_string(), "usage_plans[0] p1 apiStages[0]: has no apiId");
    }
}
