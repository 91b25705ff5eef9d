//! TLS 1.3. The certificate is made from the relay's own key and says nothing else, so clients that know the key know
//! the certificate; it is the same at every start, and nothing of it is stored.

use std::sync::Arc;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ED25519};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::NoServerSessionStorage;
use tokio_rustls::rustls::{Error, ServerConfig, crypto, version};

use crate::key::RelaySecret;

/// What stands before the seed of an Ed25519 key in PKCS#8 (RFC 8410).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
];

/// How the relay speaks TLS with this key: 1.3 alone, and each connection with a handshake of its own, so that each
/// client sees the key proven.
pub(crate) fn config(secret: &RelaySecret) -> Result<Arc<ServerConfig>, Error> {
    let key = PrivatePkcs8KeyDer::from([&PKCS8[..], secret.seed()].concat());
    let certificate = certificate(&key).map_err(|error| Error::General(error.to_string()))?;
    let mut config =
        ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13])?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key.into())?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

fn certificate(key: &PrivatePkcs8KeyDer<'_>) -> Result<CertificateDer<'static>, rcgen::Error> {
    let key = KeyPair::from_pkcs8_der_and_sign_algo(key, &PKCS_ED25519)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "chat relay");
    Ok(params.self_signed(&key)?.into())
}

#[cfg(test)]
mod tests {
    use tokio_rustls::rustls::server::ParsedCertificate;

    use super::*;

    #[test]
    fn the_certificate_has_the_relays_key_and_is_the_same_at_every_start() {
        let secret = RelaySecret::from_seed(&[7; 32]);
        let key = PrivatePkcs8KeyDer::from([&PKCS8[..], secret.seed()].concat());
        let certificate = certificate(&key).unwrap();
        assert_eq!(certificate, super::certificate(&key).unwrap());
        let parsed = ParsedCertificate::try_from(&certificate).unwrap();
        let spki = parsed.subject_public_key_info();
        assert!(spki.ends_with(&secret.public().0));
        assert_eq!(spki.len(), 12 + 32);
    }
}
