//! rsyslog: files and syslog, over the bulk interface of Elasticsearch.

use super::{Gateway, Language, Step};

pub(super) const RSYSLOG: Gateway = Gateway {
    id: "rsyslog",
    label: "rsyslog",
    format: None,
    about: "rsyslog reads log files, or takes syslog from others, and sends the lines with `omelasticsearch` (Debian: `rsyslog-elasticsearch`), \
            which waits for an answer; `omfwd` over TCP does not.",
    away: "nothing is lost: the queue goes to disk and is tried without end.",
    judged: "as the gateway that wrote the line; see there.",
    trap: "the line must be JSON: a text line goes through the listener for syslog instead. A batch that is sent again may be cut anew, so \
           lines without a request id may be counted twice after an outage.",
    steps: &[example!(
        Text,
        "rsyslog/gatelog.conf",
        "In `/etc/rsyslog.d/gatelog.conf`; put the file of your gateway under `File`."
    )],
};
