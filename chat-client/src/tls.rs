//! TLS 1.3. No authority vouches for a relay: its certificate counts for the key in it, which the handshake proves.
//! Whether that key is the right one, [`crate::relays`] decides.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use chat_identity::Channel;
use chat_protocol::RelayKey;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme, version,
};

use crate::exit_code::Failure;
use crate::locale::{Sentence, sentences as say};
use crate::relays::Transport;
use crate::transport::Unconnected;

/// The label of `tls-exporter` (RFC 9266).
const EXPORTER: &[u8] = b"EXPORTER-Channel-Binding";

/// What stands before an Ed25519 key in SPKI (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// Encrypts a connection to whichever relay is there.
pub(crate) async fn shake_hands(
    stream: TcpStream,
) -> io::Result<(Transport, TlsStream<TcpStream>)> {
    // Never sent: a relay has no name that others know.
    let name = ServerName::from(stream.peer_addr()?.ip());
    let config = config().map_err(io::Error::other)?;
    let stream = TlsConnector::from(config).connect(name, stream).await?;
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates().and_then(<[_]>::first);
    let key = certificate.ok_or(Error::NoCertificatesPresented);
    let key = key.and_then(key_of).map_err(io::Error::other)?;
    let exporter = session.export_keying_material([0; 32], EXPORTER, Some(&[]));
    let channel = Channel::Tls(exporter.map_err(io::Error::other)?);
    Ok((Transport::Tls { key, channel }, stream))
}

/// What to tell the user.
pub(crate) fn failure(relay: &str, error: &io::Error) -> Unconnected {
    let cause = error.get_ref().and_then(|error| error.downcast_ref());
    let (failure, lasts) = match (cause, error.kind()) {
        (Some(Error::InvalidMessage(_)), _) => (
            Failure::environment(say::speaks_no_tls(relay)).hint(say::hint_speaks_no_tls()),
            true,
        ),
        (Some(Error::InvalidCertificate(_) | Error::PeerIncompatible(_)), _) => (
            Failure::environment(say::no_chat_relay(relay, Sentence::from(error)))
                .hint(say::hint_no_chat_relay()),
            true,
        ),
        (None, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => (
            Failure::environment(say::closed_before_tls(relay)).hint(say::hint_closed_before_tls()),
            false,
        ),
        _ => (
            Failure::environment(say::tls_failed(relay, Sentence::from(error)))
                .hint(say::hint_tls_failed()),
            false,
        ),
    };
    Unconnected { failure, lasts }
}

/// TLS 1.3 alone, and no session is resumed, so the relay proves its key each time.
fn config() -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyRelay(provider)))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

fn key_of(certificate: &CertificateDer<'_>) -> Result<RelayKey, Error> {
    let parsed = ParsedCertificate::try_from(certificate)?;
    let spki = parsed.subject_public_key_info();
    let key = spki.strip_prefix(&SPKI).map(<[u8; 32]>::try_from);
    match key {
        Some(Ok(key)) => Ok(RelayKey(key)),
        Some(Err(_)) | None => Err(CertificateError::BadEncoding.into()),
    }
}

/// Takes the certificate of any relay, and insists that its key signs the handshake.
#[derive(Debug)]
struct AnyRelay(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyRelay {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        key_of(certificate).map(|_| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}
