## Sessions, and proving oneself again in one.

step-up-title = Confirme que é você
step-up-text = Para isto é preciso um novo código do seu dispositivo. Ele vale por { $minutes } minutos. Nada foi feito ainda.
step-up-button = Confirmar
sessions-nav = Acessos
sessions-title = Onde você está conectado
sessions-text = Cada linha é um acesso. Encerre os que você não reconhece e mude a senha se outra pessoa a souber.
sessions-device = Navegador
sessions-network = Endereço de rede
sessions-since = Conectado desde
sessions-last = Último uso
sessions-this = Este
sessions-end = Sair
sessions-end-label = Sair de { $device }
sessions-everywhere = Sair em toda parte
sessions-everywhere-text = Encerra todos os acessos, este também, e esquece todos os navegadores conhecidos.
sessions-ended = Esse acesso foi encerrado.
