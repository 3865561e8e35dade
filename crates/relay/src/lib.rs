//! Outbound: the only room that may open sockets to the outside. Forwarding to a SIEM will live here, reading masked
//! events from the ledger by cursor. Nothing is sent to anyone yet, so the room is empty; its walls (imports
//! `event` and nothing else of ours) are checked already.
