//! A security key made of software: it answers what pages ask of a browser, rightly or in one of the ways that must
//! prove nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::browser::{Page, unescaped};
use super::world::PUBLIC;

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The key did not ask who is there.
    NoUserVerification,
    /// It was given on another site's page.
    WrongOrigin,
    /// It is for another site.
    WrongHost,
    /// It answers another question.
    WrongChallenge,
    /// It is signed by another key.
    WrongKey,
}

/// A key with one credential.
pub struct SoftKey {
    key: SigningKey,
    credential: Vec<u8>,
    /// What it says it signed so far.
    pub count: u32,
}

impl SoftKey {
    pub fn new(seed: &str) -> Self {
        let key = SigningKey::from_slice(&Sha256::digest(seed)).unwrap();
        Self { key, credential: Sha256::digest(format!("credential of {seed}")).to_vec(), count: 0 }
    }

    /// The answer to a page that sets a passkey up.
    pub fn registers(&mut self, page: &Page, fault: Fault) -> String {
        let asked = options_on(page);
        let mut data = self.data(asked["rp"]["id"].as_str().unwrap(), fault, 0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).unwrap().to_be_bytes());
        data.extend(&self.credential);
        let point = self.key.verifying_key().to_sec1_point(false);
        // A COSE key (RFC 9053): EC2, ES256, P-256.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().unwrap());
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().unwrap());
        // The attestation object in CBOR: no statement about the maker.
        let mut object = vec![0xa3];
        object.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let response = json!({
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data("webauthn.create", &asked, fault)),
            "transports": ["usb"],
        });
        self.answer(response)
    }

    /// The answer to a page that asks for a passkey.
    pub fn signs(&mut self, page: &Page, fault: Fault) -> String {
        let asked = options_on(page);
        let data = self.data(asked["rpId"].as_str().unwrap(), fault, 0);
        let client = client_data("webauthn.get", &asked, fault);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let other = SigningKey::from_slice(&[7; 32]).unwrap();
        let key = if fault == Fault::WrongKey { &other } else { &self.key };
        let signature: Signature = key.sign(&signed);
        let response = json!({
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "signature": URL_SAFE_NO_PAD.encode(signature.to_der()),
            "userHandle": null,
        });
        self.answer(response)
    }

    fn data(&mut self, host: &str, fault: Fault, also: u8) -> Vec<u8> {
        self.count += 1;
        let host = if fault == Fault::WrongHost { "evil.example" } else { host };
        let verified = if fault == Fault::NoUserVerification { 0 } else { 0x04 };
        let mut data = Sha256::digest(host).to_vec();
        data.push(0x01 | verified | also);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn answer(&self, response: Value) -> String {
        let id = URL_SAFE_NO_PAD.encode(&self.credential);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }
}

fn client_data(kind: &str, asked: &Value, fault: Fault) -> Vec<u8> {
    let origin = if fault == Fault::WrongOrigin { "http://evil.example" } else { PUBLIC };
    let other = URL_SAFE_NO_PAD.encode([9; 32]);
    let challenge = if fault == Fault::WrongChallenge { &other } else { asked["challenge"].as_str().unwrap() };
    json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false }).to_string().into_bytes()
}

/// What a page asks of the browser.
pub fn options_on(page: &Page) -> Value {
    let at = page.html.find("data-options=\"").unwrap_or_else(|| panic!("nothing is asked on:\n{}", page.text()));
    let text = &page.html[at + 14..];
    let options: Value = serde_json::from_str(&unescaped(&text[..text.find('"').unwrap()])).unwrap();
    options["publicKey"].clone()
}
