## Sessions, and proving oneself again in one.

step-up-title = Confirmez que c’est bien vous
step-up-text = Cette action demande un nouveau code de votre appareil. Il reste valable { $minutes } minutes. Rien n’a encore été fait.
step-up-button = Confirmer
sessions-nav = Connexions
sessions-title = Où vous êtes connecté
sessions-text = Chaque ligne est une connexion. Mettez fin à celles que vous ne reconnaissez pas, et changez de mot de passe si quelqu’un d’autre le connaît.
sessions-device = Navigateur
sessions-network = Adresse réseau
sessions-since = Connecté depuis
sessions-last = Dernière utilisation
sessions-this = Celle-ci
sessions-end = Déconnecter
sessions-end-label = Déconnecter { $device }
sessions-everywhere = Se déconnecter partout
sessions-everywhere-text = Met fin à toutes les connexions, celle-ci comprise, et oublie tous les navigateurs connus.
sessions-ended = Cette connexion est terminée.
