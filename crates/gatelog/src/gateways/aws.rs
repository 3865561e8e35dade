//! Amazon API Gateway: Firehose to an HTTP endpoint.

use super::{Gateway, Language, Step};

pub(super) const AWS: Gateway = Gateway {
    id: "aws",
    label: "Amazon API Gateway",
    format: Some("aws"),
    about: "The access log of a stage goes to a Firehose stream, which delivers it here. Gatelog must be reached from the internet over \
            HTTPS on port 443.",
    away: "Firehose tries again for up to two hours (`DurationInSeconds`), then puts the records into the bucket, from where `gatelog import` \
           takes them. Nothing is lost.",
    judged: "by `errorResponseType`, the closest to a cause that any gateway gives. The consumer is the subject of the token, the IAM user \
             or the API key; names of keys and usage plans come with the directory.",
    trap: "a stream for API Gateway must be named `amazon-apigateway-…`. The format must stand on one line, and a user agent with a quote in \
           it breaks the JSON of its line, which then is rejected. `requestId` can be chosen by the client: keep `extendedRequestId`.",
    steps: &[
        example!(
            Json,
            "aws/access-log-format.json",
            "The log format: all fields of the usual template and two more. Save it as `access-log-format.json`."
        ),
        example!(
            Shell,
            "aws/firehose.sh",
            "A stream. The role may write into the bucket that takes what could not be delivered."
        ),
        example!(Shell, "aws/stage.sh", "The stage of a REST API writes to the stream."),
        example!(
            Shell,
            "aws/subscription.sh",
            "Or, for HTTP and WebSocket APIs, whose logs go to CloudWatch: a subscription of their log group."
        ),
    ],
};
