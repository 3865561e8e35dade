//! The change from what is granted to what is needed, as lines for decK's and ADC's files. Nothing is written for a route that
//! keeps no group: an empty list would not close it but open it.

use serde::Serialize;

use super::cover::Smallest;

/// The change as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Export {
    /// For decK: the lists of consumers and routes as they would be.
    pub deck: String,
    /// For ADC.
    pub adc: String,
}

pub(super) fn export(smallest: &Smallest) -> Export {
    Export { deck: deck(smallest), adc: adc(smallest) }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

fn deck(smallest: &Smallest) -> String {
    let mut out = String::new();
    let consumers = &smallest.consumers;
    if !consumers.is_empty() {
        out.push_str("# in kong.yaml: these consumers with these groups only\nconsumers:\n");
    }
    for one in consumers {
        let groups: Vec<String> =
            one.keep.iter().map(|group| format!("{{group: {}}}", quoted(group))).collect();
        out.push_str(&format!("  - username: {}\n    acls: [{}]", quoted(&one.consumer), groups.join(", ")));
        out.push_str(&format!("   # without {}\n", one_line(&one.drop)));
    }
    let routes: Vec<_> = smallest.routes.iter().filter(|route| !route.keep.is_empty()).collect();
    if !routes.is_empty() {
        out.push_str("# in kong.yaml: the plugin on these routes with these groups only\nplugins:\n");
    }
    for one in routes {
        out.push_str(&format!("  - name: acl\n    route: {}\n    config:\n", quoted(&one.route)));
        out.push_str(&format!("      allow: {}   # without {}\n", list(&one.keep), one_line(&one.drop)));
    }
    out
}

fn adc(smallest: &Smallest) -> String {
    let mut out = String::new();
    if !smallest.consumers.is_empty() {
        out.push_str("# in adc.yaml: these consumers leave these groups\n");
    }
    for one in &smallest.consumers {
        out.push_str(&format!(
            "# {} leaves {}",
            one_line(std::slice::from_ref(&one.consumer)),
            one_line(&one.drop)
        ));
        out.push_str(if one.keep.is_empty() { "\n" } else { ", stays in " });
        if !one.keep.is_empty() {
            out.push_str(&format!("{}\n", one_line(&one.keep)));
        }
    }
    let routes: Vec<_> = smallest.routes.iter().filter(|route| !route.keep.is_empty()).collect();
    if !routes.is_empty() {
        out.push_str("# in adc.yaml, under their services: these routes with these groups only\nroutes:\n");
    }
    for one in routes {
        out.push_str(&format!(
            "  - name: {}\n    plugins:\n      consumer-restriction:\n",
            quoted(&one.route)
        ));
        out.push_str(&format!(
            "        type: consumer_group_id\n        whitelist: {}   # without {}\n",
            list(&one.keep),
            one_line(&one.drop)
        ));
    }
    out
}

/// Names in a remark, on one line whatever they hold.
fn one_line(texts: &[String]) -> String {
    let plain = |text: &String| text.chars().filter(|c| !c.is_control()).collect::<String>();
    texts.iter().map(plain).collect::<Vec<_>>().join(", ")
}
