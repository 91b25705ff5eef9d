//! Known answers: the vectors of Project Wycheproof for the three constructions, used as this
//! crate uses them.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use rsa::{Oaep, Pss, RsaPrivateKey, RsaPublicKey};
use sha2::{Digest as _, Sha256};
use wycheproof::{TestResult, aead, rsa_oaep, rsa_pss_verify};

/// How many vectors of each kind agreed.
#[derive(Debug, Default)]
struct Agreed {
    valid: usize,
    invalid: usize,
}

impl Agreed {
    /// `succeeded`: the construction accepted, and gave what the vector says.
    fn count(&mut self, expected: TestResult, succeeded: bool, name: &str) {
        match expected {
            TestResult::Valid => {
                assert!(succeeded, "{name}: valid, and refused");
                self.valid += 1;
            }
            TestResult::Invalid => {
                assert!(!succeeded, "{name}: invalid, and accepted");
                self.invalid += 1;
            }
            // Either answer is right: nothing to count.
            TestResult::Acceptable => {}
        }
    }
}

#[test]
fn aes_256_gcm_agrees() {
    let mut agreed = Agreed::default();
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    for group in set.test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in group.tests {
            let cipher = Aes256Gcm::new_from_slice(&test.key).unwrap();
            let nonce: [u8; 12] = test.nonce.as_slice().try_into().unwrap();
            let sealed = [test.ct.as_slice(), &test.tag].concat();
            let payload = Payload {
                msg: &sealed,
                aad: &test.aad,
            };
            let opened = cipher.decrypt(&Nonce::from(nonce), payload);
            let succeeded = opened.is_ok_and(|plain| plain == *test.pt);
            agreed.count(test.result, succeeded, &format!("AES-GCM {}", test.tc_id));
            if test.result == TestResult::Valid {
                let payload = Payload {
                    msg: &test.pt,
                    aad: &test.aad,
                };
                let again = cipher.encrypt(&Nonce::from(nonce), payload).unwrap();
                assert_eq!(again, sealed, "AES-GCM {}", test.tc_id);
            }
        }
    }
    assert!(agreed.valid > 0 && agreed.invalid > 0);
    insta::assert_snapshot!(format!("{agreed:?}"), @"Agreed { valid: 39, invalid: 27 }");
}

#[test]
fn rsa_oaep_sha_256_agrees() {
    let mut agreed = Agreed::default();
    let names = [
        rsa_oaep::TestName::Rsa2048Sha256Mgf1Sha256,
        rsa_oaep::TestName::Rsa3072Sha256Mgf1Sha256,
        rsa_oaep::TestName::Rsa4096Sha256Mgf1Sha256,
    ];
    for name in names {
        for group in rsa_oaep::TestSet::load(name).unwrap().test_groups {
            let key = RsaPrivateKey::from_pkcs8_der(&group.pkcs8).unwrap();
            for test in group.tests {
                let padding = Oaep::<Sha256>::new_with_label(test.label.to_vec());
                let opened = key.decrypt_blinded(&mut rand::rng(), padding, &test.ct);
                let succeeded = opened.is_ok_and(|plain| plain == *test.pt);
                agreed.count(test.result, succeeded, &format!("{name:?} {}", test.tc_id));
            }
        }
    }
    assert!(agreed.valid > 0 && agreed.invalid > 0);
    insta::assert_snapshot!(format!("{agreed:?}"), @"Agreed { valid: 54, invalid: 57 }");
}

#[test]
fn rsa_pss_sha_256_agrees() {
    let mut agreed = Agreed::default();
    let names = [
        rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen32,
        rsa_pss_verify::TestName::RsaPss3072Sha256Mgf1SaltLen32,
        rsa_pss_verify::TestName::RsaPss4096Sha256Mgf1SaltLen32,
    ];
    for name in names {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            assert_eq!(group.salt_size, 32);
            let key = RsaPublicKey::from_public_key_der(&group.der).unwrap();
            for test in group.tests {
                let scheme = Pss::<Sha256>::new_with_salt(32);
                let outcome = key.verify(scheme, &Sha256::digest(&*test.msg), &test.sig);
                let name = format!("{name:?} {}", test.tc_id);
                agreed.count(test.result, outcome.is_ok(), &name);
            }
        }
    }
    assert!(agreed.valid > 0 && agreed.invalid > 0);
    insta::assert_snapshot!(format!("{agreed:?}"), @"Agreed { valid: 189, invalid: 135 }");
}
