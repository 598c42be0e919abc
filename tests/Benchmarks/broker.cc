// The same payloads through Zeek's own C++ library, in the same run:
//   dotnet run -c Release --project tests/Benchmarks -- payloads > /tmp/payloads.hex
//   g++ -O2 -std=c++20 -I/opt/zeek/include tests/Benchmarks/broker.cc -L/opt/zeek/lib -lbroker -o /tmp/broker-codec && LD_LIBRARY_PATH=/opt/zeek/lib /tmp/broker-codec < /tmp/payloads.hex
#include <broker/data.hh>
#include <broker/data_envelope.hh>
#include <broker/error.hh>
#include <broker/expected.hh>
#include <broker/format/bin.hh>
#include <broker/variant.hh>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

static volatile size_t sink;

template <class F>
static double best_of(F run) {
  double best = 1e18;
  for (int round = 0; round < 15; ++round) {
    int times = 0;
    auto begun = std::chrono::steady_clock::now();
    double elapsed = 0;
    do {
      for (int i = 0; i < 16; ++i)
        run();
      times += 16;
      elapsed = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begun).count();
    } while (elapsed < 2e7);
    best = std::min(best, elapsed / times);
  }
  return best;
}

int main() {
  std::string name, hex;
  while (std::cin >> name >> hex) {
    std::vector<std::byte> bytes;
    for (size_t i = 0; i < hex.size(); i += 2)
      bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    auto parse = [&] {
      auto result = broker::data_envelope::deserialize(broker::endpoint_id::nil(), broker::endpoint_id::nil(), 1, "/t", bytes.data(), bytes.size());
      if (!result) {
        std::fprintf(stderr, "%s cannot be read\n", name.c_str());
        std::exit(1);
      }
      return *result;
    };
    auto value = parse()->value().to_data();
    std::vector<std::byte> buffer;
    auto encode = best_of([&] {
      buffer.clear();
      broker::format::bin::v1::encode(value, std::back_inserter(buffer));
      sink = buffer.size();
    });
    auto view = best_of([&] { sink = reinterpret_cast<size_t>(parse().get()); });
    auto owned = best_of([&] {
      auto data = parse()->value().to_data();
      sink = reinterpret_cast<size_t>(&data);
    });
    std::printf("| Broker (C++) | %s | %.0f | %.0f | %.0f | |\n", name.c_str(), encode, view, owned);
  }
}
