iptables -t raw -A PREROUTING -i lan -p tcp -m multiport --dports 554,8554 -j CT --helper rtsp

iptables -P FORWARD DROP
iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
iptables -A FORWARD -m conntrack --ctstate RELATED -m helper --helper rtsp -j ACCEPT
iptables -A FORWARD -i lan -o wan -p tcp -m multiport --dports 554,8554 -j ACCEPT
iptables -t nat -A POSTROUTING -o wan -j MASQUERADE
