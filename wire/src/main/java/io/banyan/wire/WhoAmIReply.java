package io.banyan.wire;

import java.util.List;

/// The reply to whoAmI: one entry for each identity of the connection.
public record WhoAmIReply(List<ClientInfo> clientInfo) {
    /// @param user the part of the identity that is no secret, empty if there is none
    public record ClientInfo(String authScheme, String user) {
        public static ClientInfo decode(JuteReader in) {
            return new ClientInfo(in.requireString(), in.requireString());
        }

        public void encode(JuteWriter out) {
            out.writeString(authScheme);
            out.writeString(user);
        }
    }

    public WhoAmIReply {
        clientInfo = List.copyOf(clientInfo);
    }

    public static WhoAmIReply decode(JuteReader in) {
        List<ClientInfo> list = in.readVector(ClientInfo::decode);
        return new WhoAmIReply(list == null ? List.of() : list);
    }

    public void encode(JuteWriter out) {
        out.writeVector(clientInfo, (writer, each) -> each.encode(writer));
    }
}
