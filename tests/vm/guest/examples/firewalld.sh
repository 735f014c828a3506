firewall-cmd --permanent --new-helper=rtsp --module=nf_conntrack_rtsp
firewall-cmd --permanent --helper=rtsp --add-port=554/tcp
firewall-cmd --permanent --helper=rtsp --add-port=8554/tcp
firewall-cmd --permanent --service=rtsp --add-port=8554/tcp
firewall-cmd --permanent --service=rtsp --add-helper=rtsp

firewall-cmd --permanent --zone=internal --change-interface=lan
firewall-cmd --permanent --zone=external --change-interface=wan
firewall-cmd --permanent --new-policy=watch
firewall-cmd --permanent --policy=watch --add-ingress-zone=internal
firewall-cmd --permanent --policy=watch --add-egress-zone=external
firewall-cmd --permanent --policy=watch --add-service=rtsp
firewall-cmd --reload
