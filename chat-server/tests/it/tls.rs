use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chat_identity::Channel;
use chat_protocol::{ErrorCode, ToClient, ToRelay};
use chat_server::{Registry, Settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    ActiveKeyExchange, CryptoProvider, SharedSecret, SupportedKxGroup, ring, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, NamedGroup, SignatureScheme, version,
};

use crate::client::{Client, hello, identity, login, within};
use crate::relay::{Relay, quiet};

async fn relay() -> Relay {
    let settings = Settings {
        tls: true,
        ..quiet()
    };
    Relay::start_with(settings, Registry::in_memory()).await
}

/// A client within TLS, and the key of the relay's certificate.
async fn connect(relay: &Relay) -> (Client, Vec<u8>) {
    let shaken = within(shake_hands(relay.address, ring::default_provider())).await;
    shaken.unwrap()
}

async fn shake_hands(
    address: SocketAddr,
    provider: CryptoProvider,
) -> io::Result<(Client, Vec<u8>)> {
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::from(address.ip());
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector.connect(name, stream).await?;
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates().unwrap().first().unwrap();
    let parsed = ParsedCertificate::try_from(certificate).unwrap();
    let spki = parsed.subject_public_key_info();
    let key = spki.split_at(12).1.to_vec();
    let exporter = session.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(&[]));
    let channel = Channel::Tls(exporter.unwrap());
    Ok((Client::on(Box::new(stream), channel), key))
}

/// Takes whatever certificate there is.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

#[tokio::test]
async fn tls_has_the_relays_key_and_carries_what_plain_tcp_does() {
    let relay = relay().await;
    let (mut alice, key) = connect(&relay).await;
    let (mut bob, _) = connect(&relay).await;
    let challenge = alice.challenge("alice", &identity(0)).await;
    assert_eq!(challenge.key.0[..], key);
    alice.send(&login("alice", &identity(0), &challenge)).await;
    alice.welcomed().await;
    bob.login("bob", 1).await;
    alice.expect_joined("bob").await;
    // Of several records.
    let envelope = vec![7; 200_000];
    let to = "bob".parse().unwrap();
    alice
        .send_with(&ToRelay::Send { id: 1, to }, &envelope)
        .await;
    let (message, body) = bob.next_with_body().await;
    assert!(matches!(message, ToClient::Deliver { .. }), "{message:?}");
    assert_eq!(body, envelope);
    relay.stop().await;
}

#[tokio::test]
async fn a_login_over_another_tls_connection_is_refused() {
    let relay = relay().await;
    let (_victim, _) = connect(&relay).await;
    let (other, _) = connect(&relay).await;
    for channel in [other.channel(), Channel::Plain] {
        let (mut client, _) = connect(&relay).await;
        let mut challenge = client.challenge("alice", &identity(0)).await;
        assert_ne!(challenge.channel, channel);
        challenge.channel = channel;
        client.send(&login("alice", &identity(0), &challenge)).await;
        client.expect_error(ErrorCode::BadSignature).await;
        client.expect_end().await;
    }
}

#[tokio::test]
async fn plain_tcp_where_tls_is_spoken_gets_a_sentence_and_the_other_way_round() {
    let relay = relay().await;
    let mut plain = relay.connect().await;
    plain.send(&hello("alice", &identity(0))).await;
    let text = plain.expect_error(ErrorCode::Malformed).await;
    assert!(text.contains("speaks TLS"), "{text}");
    plain.expect_end().await;

    let relay = Relay::start().await;
    let refused = within(shake_hands(relay.address, ring::default_provider())).await;
    let error = refused.err().unwrap();
    let cause = error.get_ref().and_then(|error| error.downcast_ref());
    assert!(matches!(cause, Some(Error::InvalidMessage(_))), "{error}");
    let mut client = relay.connect().await;
    client
        .send_bytes(&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])
        .await;
    let text = client.expect_error(ErrorCode::Malformed).await;
    assert!(text.contains("this is TLS"), "{text}");
}

#[tokio::test]
async fn a_handshake_that_is_not_finished_is_cut_by_the_logins_deadline() {
    let settings = Settings {
        tls: true,
        login_deadline: Duration::from_millis(1500),
        ..quiet()
    };
    let relay = Relay::start_with(settings, Registry::in_memory()).await;
    for begun in [&[][..], &[0x16, 3, 1, 2, 0, 1]] {
        let mut stream = TcpStream::connect(relay.address).await.unwrap();
        stream.write_all(begun).await.unwrap();
        let mut rest = Vec::new();
        // The end of the connection, or its reset.
        within(stream.read_to_end(&mut rest)).await.ok();
        assert_eq!(rest, [0; 0]);
    }
    let (mut silent, _) = connect(&relay).await;
    silent.expect_error(ErrorCode::TooSlow).await;
    silent.expect_end().await;
}

#[tokio::test]
async fn a_full_relay_says_so_within_tls() {
    let settings = Settings {
        tls: true,
        max_connections: 1,
        ..quiet()
    };
    let relay = Relay::start_with(settings, Registry::in_memory()).await;
    let (mut alice, _) = connect(&relay).await;
    alice.login("alice", 0).await;
    let (mut bob, _) = connect(&relay).await;
    let text = bob.expect_error(ErrorCode::Full).await;
    assert!(text.contains("limit of connections"), "{text}");
    bob.expect_end().await;
    // Whoever is told so in the wrong language as well.
    let mut plain = relay.connect().await;
    plain.send(&hello("carol", &identity(2))).await;
    plain.expect_error(ErrorCode::Malformed).await;
    plain.expect_end().await;
}

/// A way to agree on a key that no relay knows. Offered first, it makes the relay ask for another hello.
#[derive(Debug)]
struct Unknown;

impl SupportedKxGroup for Unknown {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        Ok(Box::new(Self))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X448
    }
}

impl ActiveKeyExchange for Unknown {
    fn complete(self: Box<Self>, _: &[u8]) -> Result<SharedSecret, Error> {
        Err(Error::General("nobody agrees on this".to_owned()))
    }

    fn pub_key(&self) -> &[u8] {
        &[7; 56]
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X448
    }
}

#[tokio::test]
async fn a_hello_after_which_the_relay_would_sign_beyond_the_rate_of_handshakes_is_refused() {
    let relay = relay().await;
    let mut provider = ring::default_provider();
    provider.kx_groups = vec![&Unknown, ring::kx_group::X25519];
    let retried = within(shake_hands(relay.address, provider)).await;
    let error = retried.err().expect("another hello is not waited for");
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{error}");
    for group in [
        ring::kx_group::X25519,
        ring::kx_group::SECP256R1,
        ring::kx_group::SECP384R1,
    ] {
        let mut provider = ring::default_provider();
        provider.kx_groups = vec![group];
        within(shake_hands(relay.address, provider)).await.unwrap();
    }
}
