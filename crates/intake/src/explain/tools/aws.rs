//! The command line of AWS, for API Gateway.

use super::{Kind, Recipe, Tool};

pub(super) const AWS: Tool = Tool {
    name: "aws",
    formats: &["aws"],
    importers: &["aws"],
    recipes: &[
        Recipe {
            kind: Kind::Quota,
            title: "Raise the quota of the plan",
            language: "shell",
            when: &[],
            code: "aws apigateway update-usage-plan --usage-plan-id «plan» \\\n  --patch-operations op=replace,path=/quota/limit,value=«more»",
        },
        Recipe {
            kind: Kind::Quota,
            title: "Give this key more in this period only",
            language: "shell",
            when: &["key"],
            code: "aws apigateway update-usage --usage-plan-id «plan» --key-id «key» \\\n  --patch-operations op=replace,path=/remaining,value=1000",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Raise the throttle of the plan",
            language: "shell",
            when: &[],
            code: "aws apigateway update-usage-plan --usage-plan-id «plan» --patch-operations \\\n  op=replace,path=/throttle/rateLimit,value=RATE op=replace,path=/throttle/burstLimit,value=BURST",
        },
        Recipe {
            kind: Kind::RateLimit,
            title: "Raise the throttle of the stage",
            language: "shell",
            when: &["api"],
            code: "aws apigateway update-stage --rest-api-id «api» --stage-name «stage» --patch-operations \\\n  'op=replace,path=/*/*/throttling/rateLimit,value=RATE'",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "See whether the key is there and switched on",
            language: "shell",
            when: &["key"],
            code: "aws apigateway get-api-key --api-key «key» --query '{enabled:enabled,stages:stageKeys}'\naws apigateway update-api-key --api-key «key» --patch-operations op=replace,path=/enabled,value=true",
        },
        Recipe {
            kind: Kind::Credentials,
            title: "See which authorizers the API asks",
            language: "shell",
            when: &["api"],
            code: "aws apigateway get-authorizers --rest-api-id «api»",
        },
        Recipe {
            kind: Kind::Addresses,
            title: "See and change the resource policy",
            language: "shell",
            when: &["api"],
            code: "aws apigateway get-rest-api --rest-api-id «api» --query policy --output text\naws apigateway update-rest-api --rest-api-id «api» \\\n  --patch-operations op=replace,path=/policy,value=\"$(jq -c . policy.json | jq -R .)\"",
        },
        Recipe {
            kind: Kind::Policy,
            title: "See the resource policy and the authorizers",
            language: "shell",
            when: &["api"],
            code: "aws apigateway get-rest-api --rest-api-id «api» --query policy --output text\naws apigateway get-authorizers --rest-api-id «api»",
        },
        Recipe {
            kind: Kind::Firewall,
            title: "See which rule of the list blocked it",
            language: "shell",
            when: &[],
            code: "aws wafv2 get-sampled-requests --web-acl-arn «acl» --rule-metric-name ALL --scope REGIONAL \\\n  --time-window StartTime=START,EndTime=END --max-items 100",
        },
        Recipe {
            kind: Kind::NoRoute,
            title: "See which resources there are, and deploy",
            language: "shell",
            when: &["api"],
            code: "aws apigateway get-resources --rest-api-id «api» --query 'items[].path'\naws apigateway create-deployment --rest-api-id «api» --stage-name «stage»",
        },
    ],
};
