//! The tools by which gateways are told what they may let pass: one file and one line each.

use super::rule::Kind;

mod adc;
mod aws;
mod azure;
mod caddy;
mod deck;
mod envoy;
mod haproxy;
mod nginx;
mod traefik;

/// A tool and what it can change.
pub(super) struct Tool {
    /// Its name.
    pub(super) name: &'static str,
    /// Formats of logs of gateways that it tells.
    pub(super) formats: &'static [&'static str],
    /// Importers of the directory that read such gateways.
    pub(super) importers: &'static [&'static str],
    /// What it can change, that which changes least first.
    pub(super) recipes: &'static [Recipe],
}

/// One change, for rules of one kind.
pub(super) struct Recipe {
    pub(super) kind: Kind,
    pub(super) title: &'static str,
    /// `yaml`, `json`, `shell`, `xml` or `conf`.
    pub(super) language: &'static str,
    /// Values without which it makes no sense.
    pub(super) when: &'static [&'static str],
    /// The lines; `«route»` is the route as the language writes it.
    pub(super) code: &'static str,
}

/// Every tool.
pub(super) const TOOLS: &[&Tool] = &[
    &deck::DECK,
    &adc::ADC,
    &aws::AWS,
    &nginx::NGINX,
    &envoy::ENVOY,
    &haproxy::HAPROXY,
    &traefik::TRAEFIK,
    &caddy::CADDY,
    &azure::AZURE,
];
