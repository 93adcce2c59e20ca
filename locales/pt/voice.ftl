## O que diz uma chamada automática.

voice-greeting = Olá. Aqui é { $product } com uma chamada automática. A sua página mostra duas palavras em inglês. As duas palavras são: { $words }. Mais uma vez: { $words }. Se não forem as mesmas, ou se não pediu esta chamada, desligue agora. Se forem as mesmas, digite os seis números que a sua página mostra. Depois, pressione a tecla cardinal, no canto inferior direito.
voice-nothing-typed = Não foi recebido nenhum número. Por favor, peça outra chamada na sua página. Até logo.
voice-thank-you = Obrigado. O seu número de telefone está confirmado. Pode continuar na sua página. Até logo.
voice-wrong-digits = Estes números não são os da sua página. Por favor, digite de novo os seis números. Depois, pressione a tecla cardinal, no canto inferior direito.
voice-too-many = Estes números não são os da sua página. Este código já não pode ser usado. Por favor, peça outra chamada na sua página. Até logo.
voice-too-late = Este código já não pode ser usado. Por favor, veja a sua página. Até logo.
