## O que está em todas as páginas.

skip-to-content = Ir para o conteúdo
footer-promise = Nunca pedimos a sua senha, nem pedimos que leia um código a alguém que lhe ligou sem que esperasse.
footer-page-number = Número da página para o atendimento: { $number }
footer-languages = Idioma
error-prefix = Erro:
field-optional = (opcional)
live-news = Há novidades nesta página.
live-show = Mostrar
copy = Copiar
copy-done = Copiado
copy-failed = Não foi possível copiar
case-eyebrow = Caso { $reference }
demo-banner-title = Demonstração.
demo-banner-text = Nenhum e-mail e nenhuma chamada sai desta máquina.
demo-region = Demonstração
demo-mail = E-mail de demonstração
demo-phone = Telefone de demonstração
demo-devices = Dispositivos de demonstração
