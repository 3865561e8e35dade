//! Sends batches to a server: again and again until each was taken, some at once, and tells in order how far it got.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{anyhow, bail};
use serde_json::Value;

use super::client::{Client, said};

/// A batch is given up after so many tries that failed for a passing reason, about ten minutes.
const TRIES_MAX: u32 = 30;
const PAUSE_MIN: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// A batch of whole records.
pub(super) struct Batch {
    /// Where it ends in what is being read.
    pub(super) end: u64,
    pub(super) bytes: Vec<u8>,
}

/// What became of a batch.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    pub(super) end: u64,
    pub(super) bytes: u64,
    pub(super) accepted: u64,
    pub(super) rejected: u64,
    pub(super) duplicates: u64,
    /// The first record that was not understood, and why.
    pub(super) reject: Option<String>,
}

/// Sends one batch until it is taken. Bytes that a server refuses for ever are an error.
pub(super) fn deliver(client: &Client, path: &str, batch: &Batch) -> anyhow::Result<Taken> {
    let mut pause = PAUSE_MIN;
    let mut last = String::new();
    for _ in 0..TRIES_MAX {
        let wait = match client.post(path, &batch.bytes) {
            Ok(reply) if reply.status == 200 || is_all_rejected(reply.status, &reply.body) => {
                return Ok(taken(batch, &reply.body));
            }
            Ok(reply) if matches!(reply.status, 408 | 429) || reply.status >= 500 => {
                last = said(reply.status, &reply.body);
                reply.retry_after_s.map(Duration::from_secs)
            }
            Ok(reply) => bail!(said(reply.status, &reply.body)),
            Err(error) => {
                last = format!("{} does not answer: {error}", client.url());
                None
            }
        };
        std::thread::sleep(wait.unwrap_or(pause).min(PAUSE_MAX));
        pause = (pause * 2).min(PAUSE_MAX);
    }
    bail!("gave up after {TRIES_MAX} tries: {last}")
}

/// A batch of nothing but bad records is answered with 400 and counted; sending it again would change nothing.
fn is_all_rejected(status: u16, body: &Value) -> bool {
    status == 400 && body.get("rejected").and_then(Value::as_u64).is_some()
}

fn taken(batch: &Batch, body: &Value) -> Taken {
    let number = |name: &str| body.get(name).and_then(Value::as_u64).unwrap_or_default();
    let reject = body.get("rejects").and_then(|rejects| rejects.get(0)).map(|reject| {
        let reason = reject.get("reason").and_then(Value::as_str).unwrap_or_default();
        format!("line {} of a batch: {reason}", reject.get("line").unwrap_or(&Value::Null))
    });
    Taken {
        end: batch.end,
        bytes: batch.bytes.len() as u64,
        accepted: number("accepted"),
        rejected: number("rejected"),
        duplicates: number("duplicates"),
        reject,
    }
}

type Outcome = (u64, anyhow::Result<Taken>);

/// Some threads that deliver. Outcomes come out in the order in which the batches were put in.
pub(super) struct Senders {
    batches: Option<SyncSender<(u64, Batch)>>,
    outcomes: Receiver<Outcome>,
    threads: Vec<JoinHandle<()>>,
    given: u64,
    next: u64,
    early: std::collections::BTreeMap<u64, anyhow::Result<Taken>>,
}

impl Senders {
    /// Starts `jobs` threads.
    pub(super) fn start(client: &Client, path: &str, jobs: usize) -> Senders {
        let (batches, queue) = sync_channel::<(u64, Batch)>(1);
        let (report, outcomes) = sync_channel::<Outcome>(1_024);
        let queue = Arc::new(Mutex::new(queue));
        let threads = (0..jobs.max(1))
            .map(|_| {
                let (queue, report) = (Arc::clone(&queue), report.clone());
                let (client, path) = (client.clone(), path.to_owned());
                std::thread::spawn(move || {
                    loop {
                        let taken = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok((number, batch)) = taken else { return };
                        if report.send((number, deliver(&client, &path, &batch))).is_err() {
                            return;
                        }
                    }
                })
            })
            .collect();
        Senders { batches: Some(batches), outcomes, threads, given: 0, next: 0, early: Default::default() }
    }

    /// Puts a batch in; waits while all are busy.
    pub(super) fn send(&mut self, batch: Batch) -> anyhow::Result<()> {
        let sender = self.batches.as_ref().ok_or_else(|| anyhow!("the senders have ended"))?;
        sender.send((self.given, batch)).map_err(|_| anyhow!("the senders have ended"))?;
        self.given += 1;
        Ok(())
    }

    /// What was taken meanwhile, in order.
    pub(super) fn taken(&mut self) -> anyhow::Result<Vec<Taken>> {
        self.early.extend(self.outcomes.try_iter());
        self.in_order()
    }

    /// Waits for everything that was put in.
    pub(super) fn finish(&mut self) -> anyhow::Result<Vec<Taken>> {
        self.batches = None;
        let mut all = self.in_order()?;
        while self.next < self.given {
            self.early.extend([self.outcomes.recv().map_err(|_| anyhow!("a sender ended early"))?]);
            all.extend(self.in_order()?);
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        Ok(all)
    }

    fn in_order(&mut self) -> anyhow::Result<Vec<Taken>> {
        let mut ready = Vec::new();
        while let Some(outcome) = self.early.remove(&self.next) {
            match outcome {
                Ok(taken) => ready.push(taken),
                // What came before is still to be told; the error comes with the next call.
                Err(error) if ready.is_empty() => return Err(error),
                Err(error) => {
                    self.early.insert(self.next, Err(error));
                    break;
                }
            }
            self.next += 1;
        }
        Ok(ready)
    }
}
