// Whom the demo's desk gets to do with for the pictures, beside its own sample people. Nobody of them exists; the numbers
// are from ranges that are kept for stories, and every domain is one that is nobody's.
const rows = [
  ['amara.okoye', 'lagoon-freight.example', 'Amara Okoye', 'owner', 'standard', '+442079460101', 'virtual_totp:Pixel 8'],
  ['bruno.silva', 'padaria-sol.example', 'Bruno Silva', 'owner', 'standard', '+12015550141', 'virtual_totp:Bruno’s phone'],
  ['chiara.rossi', 'studio-rossi.example', 'Chiara Rossi', 'owner', 'standard', '+442079460103', 'virtual_totp:iPhone 13'],
  ['daan.visser', 'visser-fietsen.example', 'Daan Visser', 'owner', 'standard', '+442079460104', 'passkey:Green key'],
  ['elif.kaya', 'kaya-tekstil.example', 'Elif Kaya', 'owner', 'privileged', '+442079460105', 'virtual_totp:Work phone;passkey:Safe key'],
  ['fiona.byrne', 'byrne-law.example', 'Fiona Byrne', 'owner', 'standard', '+442079460106', 'hardware_totp:Token 2210'],
  ['gabriel.martin', 'martin-cave.example', 'Gabriel Martin', 'owner', 'standard', '+442079460107', 'virtual_totp:Galaxy'],
  ['hana.sato', 'sato-print.example', 'Hana Sato 佐藤', 'owner', 'standard', '+442079460108', 'virtual_totp:Hana’s phone'],
  ['ivan.petrov', 'petrov-audio.example', 'Ivan Petrov', 'owner', 'standard', '+442079460109', 'virtual_totp:Old phone'],
  ['jana.novak', 'novak-glass.example', 'Jana Nováková', 'owner', 'standard', '+442079460110', 'virtual_totp:Jana’s phone'],
  ['kofi.mensah', 'mensah-cocoa.example', 'Kofi Mensah', 'owner', 'standard', '+442079460111', 'virtual_totp:Nokia'],
  ['lena.fischer', 'fischer-orgeln.example', 'Lena Fischer', 'owner', 'standard', '+442079460112', 'virtual_totp:Fairphone'],
  ['mateo.garcia', 'garcia-vinos.example', 'Mateo García', 'owner', 'privileged', '+12015550152', 'virtual_totp:Mateo’s phone'],
  ['nora.lind', 'lind-marin.example', 'Nora Lind', 'owner', 'standard', '+442079460114', 'virtual_totp:Boat phone'],
  ['omar.haddad', 'haddad-media.example', 'Omar Haddad', 'owner', 'standard', '+442079460115', 'virtual_totp:Omar’s phone'],
  ['priya.nair', 'nair-analytics.example', 'Priya Nair', 'owner', 'standard', '+442079460116', 'virtual_totp:Priya’s phone'],
  ['quentin.moreau', 'moreau-toits.example', 'Quentin Moreau', 'owner', 'standard', '+442079460117', 'virtual_totp:Site phone'],
  ['rania.aziz', 'aziz-clinic.example', 'Rania Aziz', 'owner', 'standard', '+442079460118', 'virtual_totp:Clinic phone'],
  ['sven.berg', 'berg-logistik.example', 'Sven Berg', 'owner', 'standard', '+442079460119', 'virtual_totp:Sven’s phone'],
  ['tara.walsh', 'walsh-books.example', 'Tara Walsh', 'owner', 'standard', '+442079460120', 'virtual_totp:Shop phone'],
];

export const people = rows.map(([local, domain, name, kind, tier, phone, devices], place) => ({
  email: `${local}@${domain}`, number: `1001-30${String(place + 10)}`, name, kind, tier, phone, devices,
  first: name.split(' ')[0].toLowerCase(), network: place + 20,
}));

export const csv = ['email,account_number,name,kind,tier,phone,administrators,authenticators',
  ...people.map((p) => [p.email, p.number, p.name, p.kind, p.tier, p.phone, '', p.devices.includes('passkey') ? p.devices : `${p.devices};passkey:Spare key`].join(','))].join('\n');

export const person = (first) => people.find((each) => each.first === first);
