"""Ports of one run: the wanted ones or free ones, each once."""

import socket
from pathlib import Path

import pytest

from infra.local.ports import PortsClash, another_port, choose_ports
from infra.local.probes import PortTaken, free_port


def test_wanted_ports_are_taken_and_the_others_are_free_and_different():
    wanted = free_port()

    ports = choose_ports(wanted, 0, 0)

    chosen = [ports.portal, ports.admin, ports.mail, ports.smtp, ports.nats, ports.postgres]
    assert ports.portal == wanted
    assert len(set(chosen)) == 6
    assert 0 not in chosen


def test_one_port_for_two_is_refused():
    wanted = free_port()

    with pytest.raises(PortsClash, match=str(wanted)):
        choose_ports(0, wanted, wanted)


def test_a_port_on_which_somebody_listens_is_refused():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(PortTaken, match=str(port)):
            choose_ports(0, 0, port)


def test_a_port_is_not_given_twice():
    taken: set[int] = set()

    assert len({another_port(taken) for _ in range(50)}) == 50


def test_no_free_port_is_one_that_an_outgoing_connection_may_be_given():
    outgoing = Path("/proc/sys/net/ipv4/ip_local_port_range")
    lowest = int(outgoing.read_text().split()[0]) if outgoing.exists() else 32_768

    assert all(free_port() < lowest for _ in range(50))


def test_when_all_are_in_use_it_is_said():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(PortTaken, match="all from"):
            free_port(range(port, port + 1))
