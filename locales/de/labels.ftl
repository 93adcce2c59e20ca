## Was die Codes von Geräten, Gründen und Zuständen bedeuten.

device-virtual_totp = Authenticator-App auf einem Telefon
device-hardware_totp = Hardware-Token, das Codes anzeigt
device-passkey = Passkey oder Sicherheitsschlüssel
device-recovery_codes = Gespeicherte Wiederherstellungscodes
device-unsure = Etwas anderes, oder ich bin nicht sicher

reason-lost = Ich habe es verloren
reason-stolen = Es wurde gestohlen
reason-broken = Es ist kaputt
reason-out_of_sync = Seine Codes werden nicht angenommen
reason-new_phone = Ich habe ein neues Telefon
reason-other = Etwas anderes

authenticator-virtual_totp = Authenticator-App
authenticator-hardware_totp = Hardware-Token
authenticator-passkey = Passkey oder Sicherheitsschlüssel
authenticator-recovery_codes = Gespeicherte Wiederherstellungscodes

state-submitted = Eingereicht
state-verifying = In Prüfung
state-awaiting_approval = Wartet auf Genehmigung
state-cooling_off = Wartezeit
state-ready = Bereit
state-deactivating = Wird deaktiviert
state-deactivated = Deaktiviert
state-closed = Geschlossen
state-rejected = Abgelehnt
state-withdrawn = Zurückgezogen
state-expired = Abgelaufen
state-disputed = Angehalten

document-pdf = PDF
document-jpeg = JPEG-Bild
document-png = PNG-Bild
contact-change-email = E-Mail-Adresse
contact-change-phone = Telefonnummer
contact-change-both = E-Mail-Adresse und Telefonnummer
contact-change-other = Angaben
