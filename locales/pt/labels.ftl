## O que significam os códigos de dispositivos, motivos e estados.

device-virtual_totp = Aplicação de autenticação num telefone
device-hardware_totp = Token físico que mostra códigos
device-passkey = Chave de acesso ou chave de segurança
device-recovery_codes = Códigos de recuperação guardados
device-unsure = Outra coisa, ou não tenho certeza

reason-lost = Perdi-o
reason-stolen = Foi roubado
reason-broken = Está avariado
reason-out_of_sync = Os códigos dele não são aceites
reason-new_phone = Tenho um telefone novo
reason-other = Outra coisa

authenticator-virtual_totp = Aplicação de autenticação
authenticator-hardware_totp = Token físico
authenticator-passkey = Chave de acesso ou chave de segurança
authenticator-recovery_codes = Códigos de recuperação guardados

state-submitted = Enviado
state-verifying = Em verificação
state-awaiting_approval = À espera de aprovação
state-cooling_off = Tempo de espera
state-ready = Pronto
state-deactivating = A desativar
state-deactivated = Desativado
state-closed = Encerrado
state-rejected = Recusado
state-withdrawn = Retirado
state-expired = Expirado
state-disputed = Parado

document-pdf = PDF
document-jpeg = Imagem JPEG
document-png = Imagem PNG
contact-change-email = endereço de e-mail
contact-change-phone = número de telefone
contact-change-both = endereço de e-mail e número de telefone
contact-change-other = dados
