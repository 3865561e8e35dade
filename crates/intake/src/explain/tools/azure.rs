//! Policies of Azure API Management.

use super::{Kind, Recipe, Tool};

pub(super) const AZURE: Tool = Tool {
    name: "azure",
    formats: &["azure"],
    importers: &[],
    recipes: &[
        Recipe {
            kind: Kind::Addresses,
            title: "Allow the caller's address",
            language: "xml",
            when: &["address"],
            code: "<ip-filter action=\"allow\">\n  <address>«address»</address>\n</ip-filter>",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Raise the rate",
            language: "xml",
            when: &[],
            code: "<rate-limit calls=\"200\" renewal-period=\"60\" />",
        },
        Recipe {
            kind: Kind::Quota,
            title: "Raise the quota",
            language: "xml",
            when: &[],
            code: "<quota calls=\"200000\" renewal-period=\"2629800\" />",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "Give the subscription a new key",
            language: "shell",
            when: &[],
            code: "az rest --method post --url \"$APIM/subscriptions/SUBSCRIPTION/regeneratePrimaryKey?api-version=2022-08-01\"",
        },
    ],
};
